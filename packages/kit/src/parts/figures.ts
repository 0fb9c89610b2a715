import type { AuditStats } from "@mcp-ops/audit";
import { METRIC } from "@mcp-ops/formats";
import type { Metrics } from "@mcp-ops/metrics";
import { processAudits, processHealth } from "./process-parts.ts";

/** Shows the health of the process as metrics. */
export function showHealth(metrics: Metrics): void {
  metrics.show({
    name: METRIC.healthStatus,
    read: () =>
      processHealth()
        .statusValues()
        .map(({ check, value }) => ({ labels: { check }, value })),
  });
}

const AUDIT_FIGURES: Readonly<
  Record<string, keyof AuditStats & ("headSequence" | "records" | "dropped" | "faults" | "pending")>
> = {
  [METRIC.auditHeadSequence]: "headSequence",
  [METRIC.auditRecords]: "records",
  [METRIC.auditDropped]: "dropped",
  [METRIC.auditFaults]: "faults",
  [METRIC.auditPending]: "pending",
};

/** Shows the audit log of the process as metrics. Several logs add up; of waiting, the longest counts. */
export function showAudit(metrics: Metrics): void {
  for (const [name, figure] of Object.entries(AUDIT_FIGURES)) {
    const sum = () => processAudits().reduce((total, log) => total + log.stats()[figure], 0);
    metrics.show({ name, read: () => [{ labels: {}, value: sum() }] });
  }
  const oldestMs = () => Math.max(0, ...processAudits().map((log) => log.stats().oldestPendingMs));
  metrics.show({ name: METRIC.auditOldestPending, read: () => [{ labels: {}, value: oldestMs() / 1000 }] });
}
