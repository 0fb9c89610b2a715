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
  auditIntact: "mcp_audit_chain_intact",
  auditLastVerified: "mcp_audit_last_verified_timestamp_seconds",
} as const;

const SERVER: LabelRow = {
  name: "server",
  bound: "the name in the registration of the server; at most `maxServers` at once",
};
const SLOT: LabelRow = {
  name: "slot",
  bound: "a number below `maxServers`, which a process keeps for its life and then leaves to another",
};
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
  row("auditIntact", "gauge", "1 while an audit chain is as it was written, 0 once somebody has changed it.", CHAIN),
  {
    ...row("auditLastVerified", "gauge", "When an audit chain was last read to its end, whatever was found.", CHAIN),
    unit: "seconds",
  },
];

function row(
  word: keyof typeof SIDECAR_METRIC,
  type: MetricRow["type"],
  help: string,
  ...labels: LabelRow[]
): MetricRow {
  return { name: SIDECAR_METRIC[word], family: "sidecar", type, help, labels };
}
