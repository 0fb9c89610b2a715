export { parseListen, readSettings, type Settings } from "@mcp-ops/kit";
export { type Child, type ChildOptions, startChild } from "./child/child.ts";
export { type Ending, endLike } from "./child/ending.ts";
export { type ForwardedSignal, forwardSignals } from "./child/forward-signals.ts";
export { stopChild } from "./child/stop.ts";
export { PROXY_ERROR } from "./codes.ts";
export { openSignals, type SignalOptions, type Signals } from "./signals.ts";
export type { WrapOptions } from "./wrap/options.ts";
export { wrap } from "./wrap/wrap.ts";
