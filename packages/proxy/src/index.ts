export type { ProxyFigures } from "./http/figures.ts";
export type { ProxyOptions } from "./http/options.ts";
export { type OpenProxy, openProxy } from "./http/proxy.ts";
export type { Timeouts } from "./http/timeouts.ts";
export type { UpstreamStatus } from "./http/upstreams.ts";
export { openSignals, type SignalOptions, type Signals } from "./signals.ts";
