export { openSignals, type SignalOptions, type Signals } from "./signals.ts";
