import type { DependencyDetails, DependencySummary, HealthDetails, HealthSummary } from "@mcp-ops/formats";
import { overallStatus, type Readiness } from "./verdict.ts";

/** What everybody may know: status words, and the names the author gave the checks. */
export function summaryOf(readiness: Readiness, dependencies: readonly DependencySummary[]): HealthSummary {
  return {
    schema: 1,
    status: overallStatus(dependencies),
    ready: readiness === "ready",
    dependencies: dependencies.map(({ name, status, criticality }) => ({ name, status, criticality })),
  };
}

/** What of the details is not about dependencies. */
export type ServerDetails = Omit<HealthDetails, keyof HealthSummary>;

export function detailsOf(
  readiness: Readiness,
  dependencies: readonly DependencyDetails[],
  server: ServerDetails,
): HealthDetails {
  return { ...summaryOf(readiness, dependencies), ...server, dependencies };
}

/** The process's own memory; cheap enough for each request of one who may know. */
export function memoryDetails(): HealthDetails["memory"] {
  const { rss, heapUsed } = process.memoryUsage();
  const limitBytes = process.constrainedMemory();
  // Without a limit this is 0, or on control groups version 1 a number larger than any memory.
  const limited = limitBytes > 0 && limitBytes < 2 ** 60;
  return { rssBytes: rss, heapUsedBytes: heapUsed, limitBytes: limited ? limitBytes : undefined };
}
