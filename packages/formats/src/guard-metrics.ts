import type { LabelRow, MetricRow } from "./metric-row.ts";

/** The names of what role gates and fenced writes show. */
export const GUARD_METRIC = {
  failoverRefused: "mcp_ops_failover_refused_total",
  failoverRevoked: "mcp_ops_failover_revoked_total",
  fencedWrites: "mcp_ops_failover_fenced_writes_total",
} as const;

/** What refuses stale tokens. */
export const FENCED_BY = ["sink", "http", "sql", "etcd"] as const;

export type FencedBy = (typeof FENCED_BY)[number];

const NEED: LabelRow = { name: "need", values: ["read", "lead"], bound: "to be current, or to lead" };
const BY: LabelRow = { name: "by", values: FENCED_BY, bound: "adapters for fenced writes" };

/** What a process with a role gate, or with fenced writes, adds. */
export const GUARD_METRICS: readonly MetricRow[] = [
  row("failoverRefused", "Requests refused before anything was done, because this node does not lead.", NEED),
  row("failoverRevoked", "Calls given up because this node stopped leading while they were under way."),
  row("fencedWrites", "Writes refused for their fencing token.", BY),
];

function row(word: keyof typeof GUARD_METRIC, help: string, ...labels: LabelRow[]): MetricRow {
  return { name: GUARD_METRIC[word], family: "guard", type: "counter", help, labels };
}
