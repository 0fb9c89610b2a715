import { BURN_WINDOWS, type BurnWindow } from "@mcp-ops/formats";
import type { Minute } from "../calendar.ts";
import { burnRate, isFiring, rateOver } from "../evaluate/budget.ts";
import type { JudgedMinute } from "../evaluate/minutes.ts";
import type { BurnAlert } from "../objective/alerts.ts";
import type { Objective } from "../objective/objective.ts";

/** A span in which an objective burnt its budget so fast that somebody had to be called. */
export interface Incident {
  /** The first bad minute of the trouble. */
  readonly from: Minute;
  /** The first minute after its last bad one. */
  readonly to: Minute;
  /** Bad calls, or minutes. */
  readonly bad: number;
  /** The highest burn rate over five minutes. */
  readonly worst: number;
}

/** What is remembered from one minute to the next: trouble, and whether it has become an incident. */
export interface Track {
  readonly trouble?: Incident;
  readonly isOpen: boolean;
}

export const NO_TROUBLE: Track = { isOpen: false };

/** What `step` gets to see of a minute. */
export interface Seen {
  readonly minute: Minute;
  readonly bad: number;
  /** An alert that pages fires. */
  readonly isFiring: boolean;
  /** Over the last five minutes. */
  readonly rate: number;
}

/** Bad minutes no further apart than this are one trouble. Not shorter than the longest short window of a page: an alert that fires has some. */
const QUIET = BURN_WINDOWS["30m"];

/** One minute on. `ended`: the incident that is over now. */
export function step(track: Track, seen: Seen): { readonly track: Track; readonly ended?: Incident } {
  const { minute, bad, rate } = seen;
  const before = track.trouble;
  const isOver = before !== undefined && minute - before.to >= QUIET && !(track.isOpen && seen.isFiring);
  if (isOver && track.isOpen) return { track: step(NO_TROUBLE, seen).track, ended: before };
  const trouble = isOver ? undefined : before;
  const next = bad === 0 ? worsened(trouble, rate) : grown(trouble, minute, bad, rate);
  return {
    track: {
      ...(next !== undefined && { trouble: next }),
      isOpen: next !== undefined && (track.isOpen || seen.isFiring),
    },
  };
}

function grown(trouble: Incident | undefined, minute: Minute, bad: number, rate: number): Incident {
  const { from, bad: before, worst } = trouble ?? { from: minute, bad: 0, worst: 0 };
  return { from, to: minute + 1, bad: before + bad, worst: Math.max(worst, rate) };
}

function worsened(trouble: Incident | undefined, rate: number): Incident | undefined {
  return trouble && { ...trouble, worst: Math.max(trouble.worst, rate) };
}

/** How far back the minutes must reach for `follow`. */
export const LOOK_BACK: number = BURN_WINDOWS["6h"];

/** Follows an objective from `from` on and before `to`. `minutes` ascend, and reach back `LOOK_BACK` before `from`. */
export function follow(
  objective: Objective,
  minutes: readonly JudgedMinute[],
  { from, to }: { readonly from: Minute; readonly to: Minute },
  track: Track,
): { readonly track: Track; readonly ended: readonly Incident[] } {
  const sums = runningSums(minutes, from - LOOK_BACK, to);
  const pages = objective.alerts.filter(({ severity }) => severity === "page");
  const ended: Incident[] = [];
  let now = track;
  for (let minute = from; minute < to; minute++) {
    const next = step(now, seenAt(objective, pages, sums, minute));
    now = next.track;
    if (next.ended !== undefined) ended.push(next.ended);
  }
  return { track: now, ended };
}

/** Most minutes are quiet, and followed for weeks at once: only what alerts that page look at is worked out. */
function seenAt(objective: Objective, pages: readonly BurnAlert[], sums: Sums, minute: Minute): Seen {
  const last = (window: BurnWindow) => sums(minute + 1 - BURN_WINDOWS[window], minute + 1);
  if (last("6h").bad === 0) return { minute, bad: 0, isFiring: false, rate: 0 };
  const isPaging = pages.some((alert) => {
    return isFiring(alert, {
      [alert.long]: rateOver(objective, alert.long, last),
      [alert.short]: rateOver(objective, alert.short, last),
    });
  });
  return { minute, bad: sums(minute, minute + 1).bad, isFiring: isPaging, rate: burnRate(objective, last("5m")) ?? 0 };
}

type Sums = (from: Minute, to: Minute) => { readonly good: number; readonly bad: number };

/** Sums over any span between `from` and `to`, each in one step. */
function runningSums(minutes: readonly JudgedMinute[], from: Minute, to: Minute): Sums {
  const good = new Float64Array(to - from + 1);
  const bad = new Float64Array(to - from + 1);
  for (const one of minutes) {
    if (one.minute < from || one.minute >= to) continue;
    good[one.minute - from + 1] = one.good;
    bad[one.minute - from + 1] = one.bad;
  }
  for (let i = 1; i < good.length; i++) {
    good[i] = (good[i] ?? 0) + (good[i - 1] ?? 0);
    bad[i] = (bad[i] ?? 0) + (bad[i - 1] ?? 0);
  }
  const between = (sums: Float64Array, a: Minute, b: Minute) => (sums[b - from] ?? 0) - (sums[a - from] ?? 0);
  return (a, b) => ({ good: between(good, a, b), bad: between(bad, a, b) });
}
