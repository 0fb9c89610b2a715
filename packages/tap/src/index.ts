export { DEFAULT_MAX_MESSAGE_BYTES, type PipeEnds, PipeTap } from "./pipe/pipe.ts";
export { DEFAULT_MAX_OPEN_EXCHANGES, type Pipeline, pipeline } from "./pipeline.ts";
export { tapServerClass } from "./server.ts";
export { tap } from "./tap.ts";
