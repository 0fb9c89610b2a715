import type { LabelRow, MetricRow } from "./metric-row.ts";

/** The names of what the sidecar shows of backups. */
export const BACKUP_METRIC = {
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

const SET: LabelRow = { name: "set", bound: "the sets in the config of the sidecar, at most 100" };

/** What the sidecar adds where its config has sets of backups. */
export const BACKUP_METRICS: readonly MetricRow[] = [
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
];

function row(
  word: keyof typeof BACKUP_METRIC,
  type: MetricRow["type"],
  help: string,
  ...labels: LabelRow[]
): MetricRow {
  return { name: BACKUP_METRIC[word], family: "sidecar", type, help, labels };
}
