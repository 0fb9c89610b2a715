export {
  type AuditLog,
  type AuditOptions,
  auditLog,
  type RequestLog,
  type RequestLogOptions,
  requestLog,
  requestLogger,
} from "@mcp-ops/audit";
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
export {
  admitRequest,
  type BudgetGateOptions,
  type BudgetGuard,
  etcdFence,
  type FencedSink,
  fencedSink,
  fencingToken,
  guardBudget,
  guardRole,
  type OpenRole,
  openRole,
  type RoleGuard,
  RolePage,
  type SqlFence,
  sqlFence,
  writeEpochFile,
} from "@mcp-ops/guard";
export {
  type Check,
  customCheck,
  diskCheck,
  eventLoopCheck,
  type Health,
  type HealthOptions,
  health,
  httpCheck,
  memoryCheck,
  postgresCheck,
  redisCheck,
  tcpCheck,
  toolsCheck,
} from "@mcp-ops/health";
export { type Journal, type JournalOptions, journal, type ReportOptions } from "@mcp-ops/journal";
export { type Fleet, fleet, type Metrics, type MetricsOptions, metrics } from "@mcp-ops/metrics";
export { type Tracing, type TracingOptions, tracing } from "@mcp-ops/tracing";
export { KIT_ERROR } from "./codes.ts";
export { defaultMetrics } from "./default-metrics.ts";
export { hostCheck, hostName } from "./endpoint/allowed-hosts.ts";
export { type Bound, type Listen, LOOPBACK_HOST, listen } from "./endpoint/listen.ts";
export { prefersOpenMetrics } from "./endpoint/preferences.ts";
export { nearest } from "./nearest.ts";
export { DEFAULT_OPS_PORT, type OpsEndpoint, type OpsEndpointOptions, opsEndpoint } from "./ops-endpoint.ts";
export type { WatchAuditOptions } from "./parts/audit-part.ts";
export type { WatchBudgetOptions } from "./parts/budget-part.ts";
export { closeJournals, type WatchJournalOptions } from "./parts/journal-part.ts";
export type { RoleOption, WatchRoleOptions } from "./parts/role-part.ts";
export { pipelineFor } from "./pipelines.ts";
export { type Announcement, type AnnounceOptions, announce } from "./runtime/announce.ts";
export { thisBoot } from "./runtime/boot.ts";
export { openRuntimeFolder } from "./runtime/runtime-folder.ts";
export { isAlive, removeTraces, sweep, takeDeaths } from "./runtime/traces.ts";
export { isHost, parseListen, readSettings, type Settings } from "./settings.ts";
export { watch } from "./watch.ts";
export type { WatchOptions } from "./watch-options.ts";
