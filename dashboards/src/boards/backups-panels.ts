import { METRIC } from "@mcp-ops/formats";
import { COLOUR } from "../colours.ts";
import { graph } from "../panels/graph.ts";
import type { Placeable, SeriesColours } from "../panels/panel.ts";
import { NONE_IS_BEST, NONE_IS_WELL, stat } from "../panels/stat.ts";
import { table } from "../panels/table.ts";
import { timeline } from "../panels/timeline.ts";
import { increase, max, min, of, RATE_INTERVAL, sum } from "../queries.ts";
import { ALARM } from "../words.ts";

const SET = 'set=~"$set"';
const NEEDS = "Needs the section backup in the config of the sidecar.";

/** How runs, files and restores end. */
const RESULT_COLOURS: SeriesColours = {
  complete: COLOUR.green,
  done: COLOUR.green,
  ok: COLOUR.green,
  changed: COLOUR.yellow,
  skipped: COLOUR.grey,
  missing: COLOUR.darkOrange,
  partial: COLOUR.orange,
  "rolled-back": COLOUR.orange,
  unreadable: COLOUR.purple,
  failed: COLOUR.red,
};

function age(metric: string): string {
  return `time() - ${max(of(metric, SET), "set")}`;
}

export function oldestSuccess(): Placeable {
  return stat({
    title: "Oldest newest backup",
    description: `How old the newest complete backup is of the set that has waited longest. Sets without any are not in it: see the table. ${NEEDS}`,
    unit: "s",
    expr: max(age(METRIC.backupLastSuccess)),
    none: "no backup",
  });
}

export function oldestVerified(): Placeable {
  return stat({
    title: "Longest unverified",
    description: `Since when no backup was read in full and found sound, of the set that has waited longest. ${NEEDS}`,
    unit: "s",
    expr: max(age(METRIC.backupLastVerified)),
    none: "never",
  });
}

export function alarmsNow(): Placeable {
  return stat({
    title: "Alarms of configs",
    description: `Watched configs that are gone, cannot be read, or lost a server they had or need. ${NEEDS}`,
    unit: "short",
    expr: sum(of(METRIC.backupConfigAlarms, SET)),
    steps: NONE_IS_WELL,
    none: "none watched",
  });
}

export function failedRuns(): Placeable {
  return stat({
    title: "Runs not complete, 24 h",
    description: `Runs of the last day that failed, or saved not everything. ${NEEDS}`,
    unit: "short",
    decimals: 0,
    expr: sum(increase(of(METRIC.backupRuns, SET, 'result!="complete"'), "24h")),
    steps: NONE_IS_WELL,
    none: "no backups",
  });
}

export function lost(): Placeable {
  return stat({
    title: "Files not saved",
    description: `Files that the newest backups should have and do not: not there, or not readable. ${NEEDS}`,
    unit: "short",
    expr: sum(of(METRIC.backupFiles, SET, 'status=~"missing|unreadable"')),
    steps: NONE_IS_BEST,
    none: "no backups",
  });
}

export function restoresFailed(): Placeable {
  return stat({
    title: "Restores not done, 24 h",
    description: `Restores of the last day that failed, or were rolled back. ${NEEDS}`,
    unit: "short",
    decimals: 0,
    expr: sum(increase(of(METRIC.backupRestores, SET, 'result!="done"'), "24h")),
    steps: NONE_IS_WELL,
    none: "no backups",
  });
}

export function sets(): Placeable {
  const each = (metric: string) => max(of(metric, SET), "set");
  return table({
    title: "Sets",
    description: `One row for each set. An empty cell under Newest: there is no complete backup. Troubles: what is wrong with a set, by the word of the sidecar. ${NEEDS}`,
    unit: "short",
    by: { set: "Set" },
    columns: [
      { title: "Newest, ago", unit: "s", decimals: 0, expr: age(METRIC.backupLastSuccess) },
      { title: "Verified, ago", unit: "s", decimals: 0, expr: age(METRIC.backupLastVerified) },
      { title: "Next run, in", unit: "s", decimals: 0, expr: `${min(of(METRIC.backupNextRun, SET), "set")} - time()` },
      { title: "Size", unit: "bytes", expr: each(METRIC.backupSize) },
      { title: "Troubles", unit: "none", decimals: 0, expr: sum(of(METRIC.backupTroubles, SET), "set") },
      { title: "Kept", unit: "none", decimals: 0, expr: each(METRIC.backupRetained) },
      { title: "Last run took", unit: "s", decimals: 2, expr: each(METRIC.backupDuration) },
    ],
    sortBy: "Newest, ago",
  });
}

export function ages(): Placeable {
  return graph({
    title: "Age of the newest backup",
    description: `A saw: it falls to nought with each complete backup. A tooth that is longer than the others is a run that is missing. ${NEEDS}`,
    unit: "s",
    queries: [{ expr: age(METRIC.backupLastSuccess), legend: "{{set}}" }],
  });
}

export function attempts(): Placeable {
  return graph({
    title: "Since the last run",
    description: `However it ended. While this falls and the age of the newest backup does not, runs fail. ${NEEDS}`,
    unit: "s",
    queries: [{ expr: age(METRIC.backupLastAttempt), legend: "{{set}}" }],
  });
}

export function alarms(): Placeable {
  return timeline({
    title: "Alarms of configs, by kind",
    description: `Which watched config was damaged how, and since when. ${NEEDS}`,
    unit: "short",
    queries: [
      { expr: `${max(of(METRIC.backupConfigAlarms, SET), "set", "kind")} > bool 0`, legend: "{{set}} {{kind}}" },
    ],
    words: ALARM,
  });
}

export function sizes(): Placeable {
  return graph({
    title: "Size of the newest backup",
    description: `As stored. One that is suddenly far smaller has lost something. ${NEEDS}`,
    unit: "bytes",
    queries: [{ expr: max(of(METRIC.backupSize, SET), "set"), legend: "{{set}}" }],
  });
}

export function files(): Placeable {
  return graph({
    title: "Files of the newest backups",
    description: `By how they were saved: ok; changed while they were read; missing, unreadable or skipped. ${NEEDS}`,
    unit: "short",
    decimals: 0,
    queries: [{ expr: sum(of(METRIC.backupFiles, SET), "status"), legend: "{{status}}" }],
    colours: RESULT_COLOURS,
    isStacked: true,
  });
}

export function durations(): Placeable {
  return graph({
    title: "How long runs take",
    description: `The last run of each set. ${NEEDS}`,
    unit: "s",
    queries: [{ expr: max(of(METRIC.backupDuration, SET), "set"), legend: "{{set}}" }],
  });
}

export function runs(): Placeable {
  return graph({
    title: "Runs",
    description: `Runs of the sidecar within a moment, by how they ended. ${NEEDS}`,
    unit: "short",
    queries: [{ expr: sum(increase(of(METRIC.backupRuns, SET), RATE_INTERVAL), "result"), legend: "{{result}}" }],
    colours: RESULT_COLOURS,
    isStacked: true,
  });
}

export function restores(): Placeable {
  return graph({
    title: "Restores",
    description: `Restores within a moment, whoever ran them, by how they ended. ${NEEDS}`,
    unit: "short",
    queries: [{ expr: sum(increase(of(METRIC.backupRestores, SET), RATE_INTERVAL), "result"), legend: "{{result}}" }],
    colours: RESULT_COLOURS,
    isStacked: true,
  });
}

export function retained(): Placeable {
  return graph({
    title: "Backups kept",
    description: `How many there are of each set, after retention removed what no rule wants. ${NEEDS}`,
    unit: "short",
    decimals: 0,
    queries: [{ expr: max(of(METRIC.backupRetained, SET), "set"), legend: "{{set}}" }],
  });
}
