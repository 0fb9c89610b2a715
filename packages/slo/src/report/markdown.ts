import { table } from "./markdown-table.ts";
import type { MonthReport, ReportedObjective } from "./report.ts";
import {
  clockOf,
  counted,
  durationText,
  monthText,
  numberText,
  percentText,
  promiseText,
  thresholdText,
} from "./words.ts";

type Clock = (at: string) => string;

/** The report as Markdown (GitHub's, for its tables), to be sent to who was promised something. */
export function reportMarkdown(report: MonthReport): string {
  const clock = clockOf(report.timeZone, report);
  const parts = [
    head(report, clock),
    objectives(report, clock),
    incidents(report, clock),
    failovers(report, clock),
    backups(report, clock),
    missing(report, clock),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function head(report: MonthReport, clock: Clock): string {
  const { month, timeZone, generatedAt, isComplete } = report;
  const written = `Times are those of ${timeZone}. Written ${clock(generatedAt)}.`;
  const soFar = isComplete ? "" : " **The month is not over: these are the figures so far.**";
  return `# Service levels, ${monthText(month)}\n\n${summary(report)} ${written}${soFar}`;
}

function summary({ objectives, incidents }: MonthReport): string {
  const of = (result: ReportedObjective["result"]) => objectives.filter((one) => one.result === result);
  const [missed, met, unknown] = [of("missed"), of("met"), of("not enough data")];
  if (objectives.length === 0) return "No objectives were watched in this month.";
  const kept = `**${met.length} of ${counted(objectives.length, "objective")} met**`;
  const broken = missed.length === 0 ? "" : `, ${missed.length} missed (${missed.map(({ name }) => name).join(", ")})`;
  const open = unknown.length === 0 ? "" : `, ${unknown.length} without enough data to say`;
  const trouble =
    incidents.length === 0
      ? "There was no incident."
      : `There ${incidents.length === 1 ? "was" : "were"} ${counted(incidents.length, "incident")}.`;
  return `${kept}${broken}${open}. ${trouble}`;
}

function objectives({ objectives }: MonthReport, clock: Clock): string {
  if (objectives.length === 0) return "";
  const rows = objectives.map((one) => [
    one.name,
    promiseOf(one),
    one.good + one.bad === 0 ? "no data" : percentText(one.good / (one.good + one.bad), one.objective),
    budgetOf(one),
    one.result === "missed" ? "**missed**" : one.result,
  ]);
  const notes = [...begun(objectives, clock), ...objectives.flatMap((one) => notesOf(one, clock))];
  const lines = table(["Objective", "Promised", "Reached", "Error budget", "Result"], rows);
  return ["## Objectives", lines, ...(notes.length === 0 ? [] : [notes.map((note) => `- ${note}`).join("\n")])].join(
    "\n\n",
  );
}

function promiseOf({ server, target, kind, objective, thresholdMs = 0 }: ReportedObjective): string {
  const whose = target === undefined ? server : `${target} of ${server}`;
  const share = promiseText(objective);
  if (kind === "availability") return `${whose} up ${share} of the time`;
  if (kind === "errors") return `${share} of calls of ${whose} without error`;
  return `${share} of calls of ${whose} within ${thresholdText(thresholdMs)}`;
}

function budgetOf({ kind, bad, good, allowed }: ReportedObjective): string {
  if (good + bad === 0) return "";
  if (kind === "availability") return `${durationText(bad)} down, ${durationText(allowed)} allowed`;
  return `${numberText(bad)} ${kind === "latency" ? "too slow" : "failed"} of ${numberText(good + bad)}, ${numberText(allowed)} allowed`;
}

/** Objectives are often set together: one line for all that begin at one moment. */
function begun(objectives: readonly ReportedObjective[], clock: Clock): readonly string[] {
  const late = objectives.filter((one) => one.since !== undefined);
  return [...Map.groupBy(late, ({ since = "" }) => since)].map(([since, those]) => {
    const names =
      those.length === objectives.length && those.length > 1 ? "All" : those.map(({ name }) => name).join(", ");
    return `${names} ${those.length === 1 ? "was" : "were"} watched from ${clock(since)} on.`;
  });
}

function notesOf({ name, until, unknownMinutes = 0 }: ReportedObjective, clock: Clock): readonly string[] {
  return [
    ...(until === undefined
      ? []
      : [`${name} was watched until ${clock(until)}, and is not watched in this form any more.`]),
    ...(unknownMinutes === 0
      ? []
      : [`${name}: nothing is known of ${durationText(unknownMinutes)}, which count neither way.`]),
  ];
}

function incidents({ incidents }: MonthReport, clock: Clock): string {
  if (incidents.length === 0) return "";
  const rows = incidents.map(({ objective, kind, from, minutes, isOpen, bad, worst }) => [
    clock(from),
    durationText(minutes) + (isOpen ? " so far" : ""),
    objective,
    kind === "availability"
      ? `${durationText(bad)} down`
      : `${counted(bad, "call")} ${kind === "latency" ? "too slow" : "failed"}`,
    `${numberText(Math.round(worst))} times`,
  ]);
  const about = "Times in which an error budget was used up so fast that somebody had to be called.";
  return `## Incidents\n\n${about}\n\n${table(["Began", "Lasted", "Objective", "What went wrong", "Faster than allowed, at worst"], rows)}`;
}

function failovers({ failovers }: MonthReport, clock: Clock): string {
  if (failovers.length === 0) return "";
  const rows = failovers.map(({ at, group, node, event, why }) => [clock(at), group, `${node} ${event}`, why]);
  return `## Failovers\n\n${table(["When", "Group", "What happened", "Why"], rows)}`;
}

function backups({ backups }: MonthReport, clock: Clock): string {
  if (backups.length === 0) return "";
  const rows = backups.map(({ set, complete, partial, failed, verified, lastVerifiedAt }) => [
    set,
    ...[complete, partial, failed, verified].map(numberText),
    lastVerifiedAt === undefined ? "not in this month" : clock(lastVerifiedAt),
  ]);
  return `## Backups\n\n${table(["Set", "Complete", "Partial", "Failed", "Read again and sound", "Last read again"], rows)}`;
}

/** Long lists of gaps help nobody: the data have them all. */
const MAX_GAPS = 10;

function missing(report: MonthReport, clock: Clock): string {
  const { gaps, gapMinutes, lostExchanges } = report.missing;
  const listed = gaps.slice(0, MAX_GAPS).map(({ from, minutes }) => `${clock(from)} for ${durationText(minutes)}`);
  const more = gaps.length > MAX_GAPS ? [`and ${counted(gaps.length - MAX_GAPS, "more time")}`] : [];
  const lines = [
    ...(gaps.length === 0
      ? []
      : [
          `Nobody asked the servers whether they were there for ${durationText(gapMinutes)} in all: ${[...listed, ...more].join("; ")}.`,
        ]),
    ...(lostExchanges === 0
      ? []
      : [`${counted(lostExchanges, "exchange")} ended and could not be recorded: they are in no figure above.`]),
  ];
  const about = lines.length === 0 ? nothingMissing(report) : lines.map((line) => `- ${line}`).join("\n");
  return `## What is not known\n\n${about}`;
}

/** Where no gap is known: that may be because nobody watched at all. */
function nothingMissing({ objectives }: MonthReport): string {
  if (objectives.length === 0) return "Everything: nobody watched.";
  const isPartly = objectives.some(({ since, until, unknownMinutes = 0 }) => {
    return since !== undefined || until !== undefined || unknownMinutes > 0;
  });
  return isPartly
    ? "Only what is said of the objectives above. While they were watched, nobody stopped looking, and every call was recorded."
    : "Nothing: the servers were watched all the time, and every call was recorded.";
}
