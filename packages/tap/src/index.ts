export { DEFAULT_MAX_OPEN_EXCHANGES, type Pipeline, pipeline } from "./pipeline.ts";
export { tapServerClass } from "./server.ts";
export { tap } from "./tap.ts";
