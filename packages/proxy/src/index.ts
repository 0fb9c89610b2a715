export { type Child, type ChildOptions, startChild } from "./child/child.ts";
export { type Ending, endLike } from "./child/ending.ts";
export { type ForwardedSignal, forwardSignals } from "./child/forward-signals.ts";
export { stopChild } from "./child/stop.ts";
export { PROXY_ERROR } from "./codes.ts";
export { type FleetChange, unwrapFleet, type WrapFleetOptions, wrapFleet } from "./fleet/fleet.ts";
export { launcherFor } from "./fleet/launcher.ts";
export type { Launcher, ServerChange } from "./fleet/wrap-text.ts";
export { openSignals, type SignalOptions, type Signals } from "./signals.ts";
