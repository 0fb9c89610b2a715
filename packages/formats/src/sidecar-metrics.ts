import type { LabelRow, MetricRow } from "./metric-row.ts";

/** The names of what the sidecar shows about itself and about the servers it finds. */
export const SIDECAR_METRIC = {
  fleetUp: "mcp_ops_fleet_up",
  fleetScrapeDuration: "mcp_ops_fleet_scrape_duration_seconds",
  fleetDropped: "mcp_ops_fleet_dropped_total",
  dutyUp: "mcp_ops_duty_up",
  dutyFailures: "mcp_ops_duty_failures_total",
  configReloads: "mcp_ops_config_reloads_total",
  configValid: "mcp_ops_config_last_reload_successful",
  stateSetAside: "mcp_ops_state_set_aside",
  adminRefusals: "mcp_ops_admin_refusals_total",
  backupLastSuccess: "mcp_backup_last_success_timestamp_seconds",
  backupLastAttempt: "mcp_backup_last_attempt_timestamp_seconds",
  backupLastVerified: "mcp_backup_last_verified_timestamp_seconds",
  backupRuns: "mcp_backup_runs_total",
  backupDuration: "mcp_backup_duration_seconds",
  backupSize: "mcp_backup_size_bytes",
  backupFiles: "mcp_backup_files",
  backupRetained: "mcp_backup_retained",
  backupNextRun: "mcp_backup_next_run_timestamp_seconds",
  backupRestores: "mcp_backup_restore_total",
  backupConfigAlarms: "mcp_backup_config_alarms",
  backupTroubles: "mcp_backup_troubles",
  auditIntact: "mcp_audit_chain_intact",
  auditLastVerified: "mcp_audit_last_verified_timestamp_seconds",
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

/** What can be wrong with a set of backups, each put right by itself. */
export const BACKUP_TROUBLES = [
  "recovery",
  "watch",
  "state",
  "run",
  "verify",
  "retention",
  "offsite",
  "disk",
  "way-back",
] as const;
export type BackupTrouble = (typeof BACKUP_TROUBLES)[number];

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

const SERVER: LabelRow = {
  name: "server",
  bound: "the name in the registration of the server; at most `maxServers` at once",
};
const SLOT: LabelRow = {
  name: "slot",
  bound: "a number below `maxServers`, which a process keeps for its life and then leaves to another",
};
const SET: LabelRow = { name: "set", bound: "the sets in the config of the sidecar, at most 100" };
const GROUP: LabelRow = { name: "group", bound: "the one group in the config of the sidecar" };
const NODE: LabelRow = { name: "node", bound: "the name of this node in that config" };
const CHAIN: LabelRow = {
  name: "chain",
  bound:
    "chains in the folders under `audit.folders`, of two folders with one name the worse; at most 1000, else `_other`",
};
const DUTY: LabelRow = { name: "duty", bound: "duties of the sidecar" };

/** What the sidecar adds to the page on which it shows every server of the machine. */
export const SIDECAR_METRICS: readonly MetricRow[] = [
  row(
    "fleetUp",
    "gauge",
    "1 while a registered server answers the sidecar, 0 while it does not or has just died.",
    SERVER,
    SLOT,
  ),
  {
    ...row("fleetScrapeDuration", "gauge", "How long the last scrape of a server took.", SERVER, SLOT),
    unit: "seconds",
  },
  row("fleetDropped", "counter", "What a limit or a conflict kept off the page: servers, or series of their pages.", {
    name: "reason",
    values: ["servers", "series", "conflict"],
    bound: "too many servers; too many series; series whose type contradicts that of another server",
  }),
  row("dutyUp", "gauge", "1 while a duty runs and is content, 0 otherwise.", DUTY),
  row("dutyFailures", "counter", "Starts of a duty that failed, and failures of one that ran.", DUTY),
  row("configReloads", "counter", "Times the config was read again.", {
    name: "result",
    values: ["ok", "refused"],
    bound: "whether the new config was taken, or the old one kept",
  }),
  row("configValid", "gauge", "1 when the sidecar runs on the config as it is on disk, 0 when that was refused."),
  row("stateSetAside", "gauge", "Files of damaged state that were set aside and still wait for somebody to look."),
  row("adminRefusals", "counter", "Requests that the admin listener refused.", {
    name: "reason",
    values: ["host", "token", "rate"],
    bound: "unknown host name; no token or a wrong one; too many wrong tokens",
  }),
  {
    ...row(
      "backupLastSuccess",
      "gauge",
      "When the newest complete backup of a set began; none when there is none.",
      SET,
    ),
    unit: "seconds",
  },
  { ...row("backupLastAttempt", "gauge", "When the last run of a set began, however it ended.", SET), unit: "seconds" },
  {
    ...row("backupLastVerified", "gauge", "When a backup of a set was last read in full and found sound.", SET),
    unit: "seconds",
  },
  row("backupRuns", "counter", "Runs of the sidecar since its start.", SET, {
    name: "result",
    values: ["complete", "partial", "failed"],
    bound: "how a run ended",
  }),
  { ...row("backupDuration", "gauge", "How long the last run of a set took.", SET), unit: "seconds" },
  { ...row("backupSize", "gauge", "Size of the newest complete backup, as stored.", SET), unit: "bytes" },
  row("backupFiles", "gauge", "Files of the newest backup.", SET, {
    name: "status",
    values: ["ok", "changed", "missing", "unreadable", "skipped"],
    bound: "saved; saved while something wrote to it; not there; not readable; neither file nor folder nor link",
  }),
  row("backupRetained", "gauge", "Backups of a set that are kept.", SET),
  {
    ...row("backupNextRun", "gauge", "When a set runs next; none while it runs.", SET),
    unit: "seconds",
  },
  row("backupRestores", "counter", "Restores the sidecar has noticed since its start, whoever ran them.", SET, {
    name: "result",
    values: ["done", "rolled-back", "failed"],
    bound: "how a restore ended",
  }),
  row("backupConfigAlarms", "gauge", "What is wrong now with watched configs.", SET, {
    name: "kind",
    values: ["missing", "invalid", "servers-lost", "required-server-lost"],
    bound: "gone; not readable; lost servers it had; lacks required ones",
  }),
  row("backupTroubles", "gauge", "1 while this is wrong with a set, 0 otherwise.", SET, {
    name: "kind",
    values: BACKUP_TROUBLES,
    bound:
      "a restore that was broken off; what is watched; what is noted of configs; the last run; backups that are damaged or lost; what should go; the bucket; the folder; the command that puts it back",
  }),
  row("auditIntact", "gauge", "1 while an audit chain is as it was written, 0 once somebody has changed it.", CHAIN),
  {
    ...row("auditLastVerified", "gauge", "When an audit chain was last read to its end, whatever was found.", CHAIN),
    unit: "seconds",
  },
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
  word: keyof typeof SIDECAR_METRIC,
  type: MetricRow["type"],
  help: string,
  ...labels: LabelRow[]
): MetricRow {
  return { name: SIDECAR_METRIC[word], family: "sidecar", type, help, labels };
}
