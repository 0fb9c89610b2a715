import type { DependencySummary, HealthStatus } from "@mcp-ops/formats";

/** Why a server is ready, or is not. */
export type Readiness = "ready" | "starting" | "unhealthy" | "stopping";

/** Healthy when everything is up; degraded while something critical starts or something optional is down. */
export function overallStatus(dependencies: readonly DependencySummary[]): HealthStatus {
  let status: HealthStatus = "healthy";
  for (const dependency of dependencies) {
    const critical = dependency.criticality === "critical";
    if (critical && dependency.status === "down") return "unhealthy";
    if (dependency.status === (critical ? "starting" : "down")) status = "degraded";
  }
  return status;
}

/** Ready when everything critical has been found up. What is optional is not asked. */
export function readiness(phase: "new" | "running" | "closed", dependencies: readonly DependencySummary[]): Readiness {
  if (phase === "closed") return "stopping";
  const critical = dependencies.filter(({ criticality }) => criticality === "critical");
  if (critical.some(({ status }) => status === "down")) return "unhealthy";
  return phase === "new" || critical.some(({ status }) => status === "starting") ? "starting" : "ready";
}
