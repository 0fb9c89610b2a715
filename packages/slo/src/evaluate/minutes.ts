import type { Minute } from "../calendar.ts";
import type { Objective } from "../objective/objective.ts";
import { type CallEnd, callEnd } from "../objective/verdicts.ts";

/** Calls of one kind that ended alike in one minute, as the ledger has them. */
export interface OutcomeRow {
  readonly minute: Minute;
  readonly server: string;
  /** Tool, prompt or resource; empty for a handshake, a listing, a ping. */
  readonly target: string;
  /** `JournalStatus`, or one of a newer version. */
  readonly status: string;
  readonly count: number;
  /** Pairs of a bucket (`latencyBucketUs`) and how many ended in it. */
  readonly latencies: readonly (readonly [bucketUs: number, count: number])[];
}

/** How the server answered the sidecar's own questions within one minute. */
export interface ProbeMinute {
  readonly minute: Minute;
  readonly server: string;
  readonly answered: number;
  /** A process of the server was there, and none of them answered. */
  readonly silent: number;
  /** No process of the server was there. */
  readonly absent: number;
}

/** How many events were for and against an objective. */
export interface Totals {
  readonly good: number;
  readonly bad: number;
}

export interface JudgedMinute extends Totals {
  readonly minute: Minute;
}

/**
 * The minutes of an objective, ascending; one that says nothing is not among them. Calls count one by one. A minute of availability counts as a
 * whole: it is bad when more than half of its calls failed, or where no call says anything, when more than half of its probes did.
 */
export function judgeMinutes(
  objective: Objective,
  rows: readonly OutcomeRow[],
  probes: readonly ProbeMinute[],
): readonly JudgedMinute[] {
  const calls = judgeCalls(objective, rows);
  const judged = objective.kind === "availability" ? judgeWhole(objective, calls, probes) : calls;
  return [...judged]
    .map(([minute, { good, bad }]) => ({ minute, good, bad }))
    .filter(({ good, bad }) => good + bad > 0)
    .sort((a, b) => a.minute - b.minute);
}

function judgeCalls(objective: Objective, rows: readonly OutcomeRow[]): Map<Minute, Totals> {
  const minutes = new Map<Minute, Totals>();
  for (const row of rows) {
    if (!isMeant(objective, row)) continue;
    const { good, bad } = judgeRow(objective, row);
    const before = minutes.get(row.minute) ?? NOTHING;
    minutes.set(row.minute, { good: before.good + good, bad: before.bad + bad });
  }
  return minutes;
}

/** Handshakes, listings and pings are quick and hardly ever fail: among them failing calls would not be seen. */
function isMeant({ server, target }: Objective, row: OutcomeRow): boolean {
  return row.server === server && (target === undefined ? row.target !== "" : row.target === target);
}

function judgeRow({ outcomes, kind, thresholdUs }: Objective, { status, count, latencies }: OutcomeRow): Totals {
  const end: CallEnd | undefined = callEnd(status);
  if (end === undefined) return NOTHING;
  const verdict = outcomes[end];
  if (verdict === "ignored") return NOTHING;
  if (verdict === "bad") return { good: 0, bad: count };
  if (kind !== "latency") return { good: count, bad: 0 };
  const inTime = Math.min(count, sum(latencies.filter(([bucketUs]) => bucketUs <= thresholdUs)));
  return { good: verdict === "good" ? inTime : 0, bad: count - inTime };
}

const NOTHING: Totals = { good: 0, bad: 0 };

function judgeWhole(
  objective: Objective,
  calls: ReadonlyMap<Minute, Totals>,
  probes: readonly ProbeMinute[],
): Map<Minute, Totals> {
  const minutes = new Map<Minute, Totals>();
  for (const probe of probes) {
    if (probe.server === objective.server) minutes.set(probe.minute, majority(judgeProbes(objective, probe)));
  }
  for (const [minute, totals] of calls) if (totals.good + totals.bad > 0) minutes.set(minute, majority(totals));
  return minutes;
}

function judgeProbes({ whenAbsent }: Objective, { answered, silent, absent }: ProbeMinute): Totals {
  return { good: answered, bad: silent + (whenAbsent === "down" ? absent : 0) };
}

function majority({ good, bad }: Totals): Totals {
  if (good + bad === 0) return NOTHING;
  return bad > good ? { good: 0, bad: 1 } : { good: 1, bad: 0 };
}

function sum(latencies: OutcomeRow["latencies"]): number {
  return latencies.reduce((all, [, count]) => all + count, 0);
}
