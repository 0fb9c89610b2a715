/** How a server is: `degraded` still serves, something it can do without is down or it is still starting; `unhealthy` lacks something critical. */
export type HealthStatus = "healthy" | "degraded" | "unhealthy";

/** How a dependency is; `starting` until its first check has ended. */
export type DependencyStatus = "up" | "down" | "starting";

/** Whether the server can do without: a critical dependency that is down makes it unhealthy and not ready, another degraded. */
export type Criticality = "critical" | "optional";

/** Where the health document is found as an MCP resource. */
export const HEALTH_RESOURCE_URI = "health://status";

/** Value of `mcp_health_status`: of the server (`check="overall"`) and of each check. */
export const HEALTH_STATUS_VALUES: Readonly<Record<HealthStatus | Exclude<DependencyStatus, "starting">, number>> = {
  healthy: 1,
  degraded: 0.5,
  unhealthy: 0,
  up: 1,
  down: 0,
};

/** The value of the label `check` that stands for the server as a whole. */
export const OVERALL_CHECK = "overall";

/** What everybody may read: status words and the names the author gave the checks. */
export interface HealthSummary {
  readonly schema: 1;
  readonly status: HealthStatus;
  readonly ready: boolean;
  readonly dependencies: readonly DependencySummary[];
}

export interface DependencySummary {
  readonly name: string;
  readonly status: DependencyStatus;
  readonly criticality: Criticality;
}

/** What those read who may know details. */
export interface HealthDetails extends HealthSummary {
  /** What this server calls itself; undefined until its first connection tells, where its author did not. */
  readonly server: string | undefined;
  readonly version: string | undefined;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly uptimeSeconds: number;
  readonly memory: MemoryDetails;
  readonly connections: ConnectionDetails;
  readonly dependencies: readonly DependencyDetails[];
}

export interface MemoryDetails {
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  /** What the process may use at most, where something limits it. */
  readonly limitBytes: number | undefined;
}

/** Connections open now, and of which kind. A stateless HTTP server has none. */
export interface ConnectionDetails {
  readonly open: number;
  readonly byKind: Readonly<Record<string, number>>;
}

export interface DependencyDetails extends DependencySummary {
  /** What is checked, such as `db.internal:5432`. Without credentials. */
  readonly target: string | undefined;
  /** How long the last check took. */
  readonly latencyMs: number | undefined;
  /** When the last check ended: ISO 8601, UTC. */
  readonly checkedAt: string | undefined;
  /** When the status last changed: ISO 8601, UTC. */
  readonly changedAt: string | undefined;
  /** What the last check has to say. Without credentials. */
  readonly message: string | undefined;
  /** Failures since the last success. */
  readonly consecutiveFailures: number;
}

export type HealthDocument = HealthSummary | HealthDetails;
