export { AnswerReader } from "./answer-reader.ts";
export type { Message } from "./messages.ts";
export { DEFAULT_MAX_MESSAGE_BYTES, type PipeEnds, PipeTap } from "./pipe/pipe.ts";
export { DEFAULT_MAX_OPEN_EXCHANGES, type Pipeline, pipeline } from "./pipeline.ts";
export type { HttpLine } from "./proxied/http-line.ts";
export type { Head, Inflow, Mover, Reply } from "./proxied/movers.ts";
export { type Passing, Proxied, type ProxiedOptions } from "./proxied/proxied.ts";
export { tapServerClass } from "./server.ts";
export { tap } from "./tap.ts";
