import type { AuditStats } from "@mcp-ops/audit";
import { FENCED_BY, METRIC } from "@mcp-ops/formats";
import { fencedWrites, type RoleStats } from "@mcp-ops/guard";
import type { FigureSample, Metrics } from "@mcp-ops/metrics";
import { processAudits, processBudgets, processHealth, processJournals, processRoles } from "./process-parts.ts";

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

/** Shows what the role gates of the process have refused, and what its fenced writes have. */
export function showRole(metrics: Metrics): void {
  const sum = (figure: keyof RoleStats) => processRoles().reduce((total, guard) => total + guard.stats()[figure], 0);
  metrics.show({
    name: METRIC.failoverRefused,
    read: () => [
      { labels: { need: "read" }, value: sum("refusedReads") },
      { labels: { need: "lead" }, value: sum("refusedChanges") },
    ],
  });
  metrics.show({ name: METRIC.failoverRevoked, read: () => [{ labels: {}, value: sum("revoked") }] });
  metrics.show({
    name: METRIC.fencedWrites,
    read: () => FENCED_BY.map((by) => ({ labels: { by }, value: fencedWrites().get(by) ?? 0 })),
  });
}

/** Shows what the journals of the process have counted, and what they could not. */
export function showJournal(metrics: Metrics): void {
  metrics.show({ name: METRIC.tokens, read: () => added(processJournals().flatMap((one) => one.tokens())) });
  metrics.show({
    name: METRIC.definitionTokens,
    read: () => {
      const newest = new Map(processJournals().flatMap((one) => [...one.definitionTokens()]));
      return [...newest].map(([server, value]) => ({ labels: { server }, value }));
    },
  });
  metrics.show({
    name: METRIC.journalDropped,
    read: () =>
      added(
        processJournals().flatMap((one) =>
          Object.entries(one.stats().dropped).map(([why, value]) => ({ labels: { why }, value })),
        ),
      ),
  });
}

/** Shows what the budget gates of the process have refused, and how old what they go by is. */
export function showBudget(metrics: Metrics): void {
  metrics.show({
    name: METRIC.budgetRefused,
    read: () =>
      added(
        processBudgets().flatMap((guard) =>
          [...guard.stats().refused].map(([budget, value]) => ({ labels: { budget }, value })),
        ),
      ),
  });
  const oldestMs = () => Math.max(0, ...processBudgets().map((guard) => guard.stats().ageMs));
  metrics.show({ name: METRIC.budgetAge, read: () => [{ labels: {}, value: oldestMs() / 1000 }] });
}

/** Samples of the same labels in one. */
function added(samples: readonly FigureSample[]): readonly FigureSample[] {
  const sums = new Map<string, FigureSample>();
  for (const { labels, value } of samples) {
    const key = JSON.stringify(labels);
    sums.set(key, { labels, value: value + (sums.get(key)?.value ?? 0) });
  }
  return [...sums.values()];
}
