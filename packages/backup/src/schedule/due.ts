import type { Timetable } from "./timetable.ts";

/** What is known of the runs so far; the caller reads it from disk when it starts. */
export interface RunHistory {
  /** When the last run ended, well or not, in milliseconds since 1970; `undefined` when there never was one. */
  readonly lastEndedAt: number | undefined;
  /** Failed runs since the last good one. */
  readonly failures: number;
}

export interface RetryDelays {
  /** After the first failure; doubled with each further one. */
  readonly retryAfterMs: number;
  readonly maxRetryAfterMs: number;
}

/** Long enough for a full disk or a restarting database to be noticed by somebody or to pass. */
export const DEFAULT_RETRY_AFTER_MS: number = 60_000;
/** So that a set with one run a day has tried again often before its day is over. */
export const DEFAULT_MAX_RETRY_AFTER_MS: number = 3_600_000;

/**
 * When to run next. A moment in the past means now: however many were missed, one run makes up for them. A set that never ran runs now.
 *
 * @returns milliseconds since 1970; `undefined` when the timetable names no moment ever
 */
export function dueAt(history: RunHistory, timetable: Timetable, delays: RetryDelays, now: number): number | undefined {
  if (history.lastEndedAt === undefined) return now;
  // An end in the future was written while the clock was wrong; it must not hold runs back.
  const since = Math.min(history.lastEndedAt, now);
  const planned = timetable.next(since);
  if (history.failures === 0) return planned;
  const retry = since + retryDelay(history.failures, delays);
  return planned === undefined ? retry : Math.min(planned, retry);
}

function retryDelay(failures: number, { retryAfterMs, maxRetryAfterMs }: RetryDelays): number {
  return Math.min(retryAfterMs * 2 ** (failures - 1), maxRetryAfterMs);
}
