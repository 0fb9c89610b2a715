import { type DependencySummary, HEALTH_STATUS_VALUES, OVERALL_CHECK } from "@mcp-ops/formats";
import { overallStatus } from "./verdict.ts";

/** One sample of `mcp_health_status`. */
export interface StatusValue {
  readonly check: string;
  readonly value: number;
}

/** The samples of `mcp_health_status`: 1 up or healthy, 0.5 degraded, 0 down or unhealthy. A check that has not ended yet has none. */
export function statusValues(dependencies: readonly DependencySummary[]): StatusValue[] {
  const values = [{ check: OVERALL_CHECK, value: HEALTH_STATUS_VALUES[overallStatus(dependencies)] }];
  for (const { name, status } of dependencies) {
    if (status !== "starting") values.push({ check: name, value: HEALTH_STATUS_VALUES[status] });
  }
  return values;
}
