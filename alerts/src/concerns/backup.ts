import { METRIC } from "@mcp-ops/formats";
import type { RuleContext } from "../context.ts";
import type { AlertRule, RuleGroup } from "../rule.ts";

const WEEK = 604_800;
const WHERE = "{{ $labels.set }} on {{ $labels.instance }}";

/** Can what is saved be put back? A set belongs to its machine: two machines may have sets of one name. */
export function backup(context: RuleContext): RuleGroup {
  return {
    name: "mcp-backup",
    rules: [
      { record: MEDIAN, expr: ofSet(context, `quantile_over_time(0.5, ${METRIC.backupSize}[${context.over(WEEK)}])`) },
      ...ofTime(context),
      ...ofRuns(context),
      ...ofContent(context),
      ...ofConfigs(context),
      restores(context),
      ...ofTroubles(context),
    ],
  };
}

const MEDIAN = "set:mcp_backup_size_bytes:median7d";

function ofSet({ by }: RuleContext, series: string): string {
  return `max ${by("instance", "set")} (${series})`;
}

/** Sets whose last run was not complete. What runs once a week is not overdue on the third day. */
function isBehind(context: RuleContext): string {
  // The two are one moment when all is well; a second is for their rounding.
  return `${ofSet(context, METRIC.backupLastAttempt)} > ${ofSet(context, METRIC.backupLastSuccess)} + 1`;
}

function ofTime(context: RuleContext): readonly AlertRule[] {
  const { by, limit } = context;
  const late = `time() - ${ofSet(context, METRIC.backupNextRun)} > ${limit.backupLateSeconds}`;
  const old = `time() - ${ofSet(context, METRIC.backupLastSuccess)} > ${limit.backupMaxAgeSeconds}`;
  return [
    {
      alert: "McpBackupOverdue",
      expr: `${late} or (${old} and ${isBehind(context)})`,
      forSeconds: 900,
      severity: "warning",
      summary: `The backup set ${WHERE} is overdue.`,
      description: `It is {{ $value | humanizeDuration }} since the planned run of ${WHERE} should have begun, or since its newest complete backup; ${limit.backupLateSeconds} s and ${limit.backupMaxAgeSeconds} s are allowed.`,
    },
    {
      alert: "McpBackupMissing",
      expr: `group ${by("instance", "set")} (${METRIC.backupRuns} or ${METRIC.backupLastAttempt}) == 1 unless ${ofSet(context, METRIC.backupLastSuccess)}`,
      forSeconds: limit.backupFirstSeconds,
      severity: "warning",
      summary: `There is no backup of ${WHERE}.`,
      description: `The set ${WHERE} is kept by the sidecar, and no complete backup of it has ever been made: nothing could be put back.`,
    },
  ];
}

function ofRuns(context: RuleContext): readonly AlertRule[] {
  // A run that failed is tried again within the hour, so whoever fails has failed in these two.
  const times = context.events(`${METRIC.backupRuns}{result="failed"}`, 7_200);
  const failed = `sum ${context.by("instance", "set")} ${times} > 0`;
  return [
    {
      alert: "McpBackupFailed",
      expr: `${failed} unless ${upToDate(context)}`,
      forSeconds: 300,
      severity: "warning",
      summary: `Backups of ${WHERE} fail.`,
      description: `Within two hours {{ $value | humanize }} runs of ${WHERE} failed, and none has succeeded since: a required source is missing or cannot be read, or the disk of the backups is full.`,
    },
    {
      alert: "McpBackupPartial",
      expr: `${isBehind(context)} unless ${failed}`,
      forSeconds: 300,
      severity: "warning",
      summary: `The newest backup of ${WHERE} lacks something.`,
      description: `The last run of ${WHERE} did not fail, and was not complete: something could not be saved as it was. The newest complete backup is older.`,
    },
  ];
}

/** Sets whose last run was complete. */
function upToDate(context: RuleContext): string {
  return `${ofSet(context, METRIC.backupLastSuccess)} + 1 >= ${ofSet(context, METRIC.backupLastAttempt)}`;
}

function ofContent(context: RuleContext): readonly AlertRule[] {
  const { limit } = context;
  const size = ofSet(context, METRIC.backupSize);
  const verified = ofSet(context, METRIC.backupLastVerified);
  return [
    {
      alert: "McpBackupShrank",
      expr: `${size} / ${MEDIAN} < ${limit.backupSizeRatio} and ${MEDIAN} >= ${limit.backupSizeMinBytes}`,
      forSeconds: 300,
      severity: "warning",
      summary: `The newest backup of ${WHERE} is far smaller than usual.`,
      description: `The newest backup of ${WHERE} has {{ $value | humanizePercentage }} of the median size of the last week; at least ${limit.backupSizeRatio * 100} % are expected. Data may be gone at its source.`,
    },
    {
      alert: "McpBackupUnverified",
      expr: `time() - ${verified} > ${limit.backupUnverifiedSeconds} or (${ofSet(context, METRIC.backupLastSuccess)} unless ${verified})`,
      forSeconds: 3_600,
      severity: "warning",
      summary: `The backups of ${WHERE} have not been read for long.`,
      description: `No backup of ${WHERE} has been read in full and found sound for more than ${limit.backupUnverifiedSeconds} s, or ever: nobody knows whether it can be put back.`,
    },
  ];
}

function ofConfigs({ by }: RuleContext): readonly AlertRule[] {
  const alarms = (kinds: string) =>
    `sum ${by("instance", "set", "kind")} (${METRIC.backupConfigAlarms}{kind=~"${kinds}"}) > 0`;
  return [
    {
      alert: "McpBackupConfigServersLost",
      expr: alarms("servers-lost|required-server-lost"),
      forSeconds: 60,
      severity: "critical",
      summary: `A config that ${WHERE} watches has lost MCP servers.`,
      description: `{{ $value }} watched configs of ${WHERE} lack servers in mcpServers that they had or must have ({{ $labels.kind }}). No change of the set is saved until this is settled; the last good backup is held.`,
    },
    {
      alert: "McpBackupConfigUnreadable",
      expr: alarms("missing|invalid"),
      forSeconds: 300,
      severity: "warning",
      summary: `A config that ${WHERE} watches is {{ $labels.kind }}.`,
      description: `{{ $value }} watched configs of ${WHERE} are {{ $labels.kind }}: clients that read them have no servers. The last good backup is held.`,
    },
  ];
}

/** What the sidecar knows to be wrong with a set; runs and configs have alerts of their own. */
function ofTroubles({ by }: RuleContext): readonly AlertRule[] {
  const troubled = (kinds: string, ...labels: readonly string[]) =>
    `max ${by("instance", "set", ...labels)} (${METRIC.backupTroubles}{kind=~"${kinds}"}) > 0`;
  return [
    {
      alert: "McpBackupDamaged",
      expr: troubled("verify"),
      forSeconds: 60,
      severity: "critical",
      summary: `Of the backups of ${WHERE}, some are damaged or lost.`,
      description: `The sidecar read the backups of ${WHERE} again, and found one that is not what was saved, or one that is gone without having been removed. Whoever needs just that one has nothing.`,
    },
    {
      alert: "McpBackupOffsiteFailing",
      expr: troubled("offsite"),
      forSeconds: 3_600,
      severity: "warning",
      summary: `Backups of ${WHERE} do not reach the bucket.`,
      description: `For an hour, the newest backup of ${WHERE} could not be sent to where the config says: what there is lies on one machine only.`,
    },
    {
      alert: "McpBackupTroubled",
      expr: troubled("recovery|watch|state|retention|disk|way-back", "kind"),
      forSeconds: 900,
      severity: "warning",
      summary: `Something is wrong with the backups of ${WHERE} ({{ $labels.kind }}).`,
      description: `For a quarter of an hour, {{ $labels.kind }} of ${WHERE} has not been well: the log and the status of the sidecar say what it is, and the runbook what each word means.`,
    },
  ];
}

function restores(context: RuleContext): AlertRule {
  const failed = context.events(`${METRIC.backupRestores}{result=~"failed|rolled-back"}`, 3_600);
  return {
    alert: "McpBackupRestoreFailed",
    expr: `sum ${context.by("instance", "set", "result")} ${failed} > 0`,
    forSeconds: 60,
    severity: "critical",
    summary: `A restore of ${WHERE} did not succeed ({{ $labels.result }}).`,
    description: `Within an hour {{ $value | humanize }} restores of ${WHERE} ended as {{ $labels.result }}: what somebody wanted back is not there.`,
  };
}
