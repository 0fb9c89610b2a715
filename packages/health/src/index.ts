export {
  type Check,
  type CheckOptions,
  DEFAULT_CRITICALITY,
  DEFAULT_FALL,
  DEFAULT_INTERVAL_MS,
  DEFAULT_RISE,
  DEFAULT_TIMEOUT_MS,
  type Finding,
} from "./check.ts";
export { type CustomCheckOptions, customCheck } from "./checks/custom.ts";
export { DEFAULT_MIN_FREE_RATIO, type DiskCheckOptions, diskCheck } from "./checks/disk.ts";
export { DEFAULT_MAX_LAG_MS, type EventLoopCheckOptions, eventLoopCheck } from "./checks/event-loop.ts";
export { type HttpCheckOptions, httpCheck } from "./checks/http.ts";
export { DEFAULT_MAX_USED_RATIO, type MemoryCheckOptions, memoryCheck } from "./checks/memory.ts";
export { type PostgresCheckOptions, postgresCheck } from "./checks/postgres.ts";
export { type RedisCheckOptions, redisCheck } from "./checks/redis.ts";
export type { Address } from "./checks/socket.ts";
export { type TcpCheckOptions, tcpCheck } from "./checks/tcp.ts";
export { type ToolsCheckOptions, toolsCheck } from "./checks/tools.ts";
export { type Clock, SYSTEM_CLOCK } from "./clock.ts";
export { type Health, type HealthOptions, health, type Ready } from "./health.ts";
export type { Content, Resource, ResourceTemplate } from "./resource.ts";
export { type ResourceGateOptions, resourceGate } from "./resource-gate.ts";
export { HEALTH_ROUTES, type HealthReply, type HealthRoute } from "./respond.ts";
export type { StatusValue } from "./status-values.ts";
export type { Readiness } from "./verdict.ts";
export { MAX_ABANDONED, type OnCheck } from "./watched-check.ts";
