import type { LabelRow, MetricRow } from "./metric-row.ts";

/** The names of what the sidecar shows of who leads, and of the arbiter. */
export const FAILOVER_METRIC = {
  failoverIsLeader: "mcp_ops_failover_is_leader",
  failoverLeaseToken: "mcp_ops_failover_lease_token",
  failoverLeaseRemaining: "mcp_ops_failover_lease_remaining_seconds",
  failoverTransitions: "mcp_ops_failover_transitions_total",
  failoverRenewFailures: "mcp_ops_failover_renew_failures_total",
  failoverPaused: "mcp_ops_failover_paused",
  failoverTilt: "mcp_ops_failover_tilt",
  failoverHealthy: "mcp_ops_failover_healthy",
  failoverEligible: "mcp_ops_failover_eligible",
  failoverSyncLag: "mcp_ops_failover_sync_lag_seconds",
  failoverSyncs: "mcp_ops_failover_syncs_total",
  failoverStoreLastSeen: "mcp_ops_failover_store_last_seen_timestamp_seconds",
  arbiterGroups: "mcp_ops_arbiter_groups",
  arbiterLeases: "mcp_ops_arbiter_leases",
  arbiterAnswers: "mcp_ops_arbiter_answers_total",
  arbiterRefusals: "mcp_ops_arbiter_refusals_total",
} as const;

/** What an arbiter says about leases. */
export const ARBITER_ANSWERS = ["granted", "held", "waits", "renewed", "lost", "released", "raised", "failed"] as const;
/** Why it does not listen. */
export const ARBITER_REFUSALS = ["host", "token", "rate", "foreign", "malformed"] as const;

/** Why a node of a failover group changes: the engine's own words. */
export const FAILOVER_REASONS = [
  "boot",
  "lease-free",
  "named",
  "promoted",
  "store-silent",
  "deadline",
  "lost",
  "health",
  "switchover",
  "shutdown",
  "drained",
  "drain-unconfirmed",
  "released",
  "token-went-back",
  "persist-failed",
  "fence-failed",
  "tilt",
  "confirmed",
  "paused",
  "resumed",
] as const;

const GROUP: LabelRow = { name: "group", bound: "the one group in the config of the sidecar" };
const NODE: LabelRow = { name: "node", bound: "the name of this node in that config" };

/** What the sidecar adds where its config has a failover group, or an arbiter. */
export const FAILOVER_METRICS: readonly MetricRow[] = [
  row("failoverIsLeader", "gauge", "1 while this node leads and takes new calls, 0 otherwise.", GROUP, NODE),
  row(
    "failoverLeaseToken",
    "gauge",
    "Fencing token of the lease this node holds, else the highest it has seen; rounded to what a sample can hold.",
    GROUP,
    NODE,
  ),
  {
    ...row("failoverLeaseRemaining", "gauge", "How long this node may lead from now; 0 on a standby.", GROUP, NODE),
    unit: "seconds",
  },
  row("failoverTransitions", "counter", "Changes of where this node stands, since its start.", GROUP, NODE, {
    name: "reason",
    values: FAILOVER_REASONS,
    bound: "why something changed: docs/failover.md",
  }),
  row("failoverRenewFailures", "counter", "Renewals of the lease that the store did not answer well.", GROUP, NODE),
  row("failoverPaused", "gauge", "1 while this node decides nothing, because somebody paused it.", GROUP, NODE),
  row("failoverTilt", "gauge", "1 while this node distrusts its clock, until the store has answered.", GROUP, NODE),
  row("failoverHealthy", "gauge", "1 while the server of this node is well, 0 while it is ill.", GROUP, NODE),
  row("failoverEligible", "gauge", "1 while this node would take a free lease, 0 otherwise.", GROUP, NODE),
  {
    ...row("failoverSyncLag", "gauge", "How old the data of this node are; none when nobody knows.", GROUP, NODE),
    unit: "seconds",
  },
  row("failoverSyncs", "counter", "Looks of a standby for a newer backup of the primary.", GROUP, NODE, {
    name: "result",
    values: ["staged", "current", "older", "refused", "failed"],
    bound:
      "a newer one is here; there is none; what is here is newer; not trusted or too large; not for another reason",
  }),
  {
    ...row(
      "failoverStoreLastSeen",
      "gauge",
      "When the store of the lease last answered; none before it did.",
      GROUP,
      NODE,
    ),
    unit: "seconds",
  },
  row("arbiterGroups", "gauge", "Groups of which the arbiter of this sidecar has a record, at most 100."),
  row("arbiterLeases", "gauge", "Of these, how many have a holder now."),
  row("arbiterAnswers", "counter", "What nodes that asked for a lease, or had one, were answered.", {
    name: "answer",
    values: ARBITER_ANSWERS,
    bound:
      "a lease is given; another has it; none is given yet, shortly after the start; it lasts longer; it is over; given back; a larger floor; the ledger could not be written",
  }),
  row("arbiterRefusals", "counter", "Questions that the arbiter did not listen to.", {
    name: "reason",
    values: ARBITER_REFUSALS,
    bound:
      "unknown host name; no token or a wrong one; too many wrong tokens; a node that acts in the name of another; no question of this version",
  }),
];

function row(
  word: keyof typeof FAILOVER_METRIC,
  type: MetricRow["type"],
  help: string,
  ...labels: LabelRow[]
): MetricRow {
  return { name: FAILOVER_METRIC[word], family: "sidecar", type, help, labels };
}
