import type { MetricRow } from "./metric-row.ts";

/** The names of what an audit log shows. */
export const AUDIT_METRIC = {
  auditHeadSequence: "mcp_audit_head_sequence",
  auditRecords: "mcp_audit_records_total",
  auditDropped: "mcp_audit_dropped_total",
  auditFaults: "mcp_audit_faults_total",
  auditPending: "mcp_audit_pending",
  auditOldestPending: "mcp_audit_oldest_pending_seconds",
} as const;

/** What a process with an audit log adds. */
export const AUDIT_METRICS: readonly MetricRow[] = [
  row("gauge", "auditHeadSequence", "Number of the newest record in the chain."),
  row("counter", "auditRecords", "Exchanges whose record is written."),
  row("counter", "auditDropped", "Exchanges that have no record for want of room or because of a fault."),
  row("counter", "auditFaults", "Faults of the audit log, kept away from the exchanges."),
  row("gauge", "auditPending", "Exchanges whose record waits to be written."),
  row("gauge", "auditOldestPending", "For how long the oldest of them has waited: on a slow disk it grows."),
];

function row(type: "counter" | "gauge", word: keyof typeof AUDIT_METRIC, help: string): MetricRow {
  return { name: AUDIT_METRIC[word], family: "audit", type, help, labels: [] };
}
