export { type FleetChange, unwrapFleet, type WrapFleetOptions, wrapFleet } from "./fleet/fleet.ts";
export { launcherFor } from "./fleet/launcher.ts";
export type { Launcher, ServerChange } from "./fleet/wrap-text.ts";
export { openSignals, type SignalOptions, type Signals } from "./signals.ts";
