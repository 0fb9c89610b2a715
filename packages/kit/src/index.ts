export type {
  Answer,
  ClientInfo,
  Connection,
  ConnectionEnd,
  ConnectionObserver,
  Exchange,
  Fault,
  Gate,
  Observer,
  OnFault,
  Outcome,
  Pass,
  Verdict,
} from "@mcp-ops/exchange";
export { PASS } from "@mcp-ops/exchange";
export { OpsError, type Registration, runtimeFolder } from "@mcp-ops/formats";
export { type Metrics, type MetricsOptions, metrics } from "@mcp-ops/metrics";
export { KIT_ERROR } from "./codes.ts";
export { defaultMetrics } from "./default-metrics.ts";
export type { Listen } from "./endpoint/listen.ts";
export { DEFAULT_OPS_PORT, type OpsEndpoint, type OpsEndpointOptions, opsEndpoint } from "./ops-endpoint.ts";
export { type Announcement, type AnnounceOptions, announce } from "./runtime/announce.ts";
export { thisBoot } from "./runtime/boot.ts";
export { removeTraces } from "./runtime/traces.ts";
export { watch } from "./watch.ts";
export type { WatchOptions } from "./watch-options.ts";
