// Apart from the package's index, because the SDK takes 100 ms to load, and only this verb needs it.
export type { ServeOptions } from "./options.ts";
export { openServe, type Served } from "./serve.ts";
