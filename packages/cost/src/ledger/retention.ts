import type { DatabaseSync } from "node:sqlite";
import type { Minute } from "../calendar/zone.ts";
import type { LedgerRetention } from "./limits.ts";
import type { Segment } from "./segments.ts";

const MINUTES_A_DAY = 1_440;
/** Rows of a table that go at once, and those of one minute more: some ten milliseconds. */
const STEP_ROWS = 2_000;

/** What may go. */
export interface Expiry {
  /** Minutes before this one. */
  readonly minutesBefore: Minute;
  readonly daysBefore: Minute;
}

export function expiryOf({ minuteDays, dayDays }: LedgerRetention, now: Minute): Expiry {
  return { minutesBefore: now - minuteDays * MINUTES_A_DAY, daysBefore: now - dayDays * MINUTES_A_DAY };
}

/** Takes away a few of the oldest rows that have expired; whether there are more. */
export function expire(
  database: DatabaseSync,
  segments: readonly Segment[],
  { minutesBefore, daysBefore }: Expiry,
): boolean {
  const minutesLeft = expireMinutes(database, minutesBefore);
  const sessions = segments.filter(({ toMinute }) => toMinute <= minutesBefore);
  for (const { id } of sessions) database.prepare("DELETE FROM session_days WHERE segment = ?").run(id);
  const [gone, ...moreGone] = segments.filter(({ toMinute }) => toMinute <= daysBefore);
  if (gone !== undefined) expireSegment(database, gone.id);
  database.prepare("DELETE FROM definitions WHERE minute < ?").run(daysBefore);
  database.prepare("DELETE FROM journal_files WHERE missed_minute < ?").run(minutesBefore - MINUTES_A_DAY);
  expireNames(database, minutesBefore, daysBefore);
  return minutesLeft || moreGone.length > 0;
}

function expireMinutes(database: DatabaseSync, before: Minute): boolean {
  let isMore = false;
  for (const table of ["usage", "uses", "outcomes"]) {
    const next = database.prepare(`SELECT minute FROM ${table} ORDER BY minute LIMIT 1 OFFSET ${STEP_ROWS}`).get();
    const end = next === undefined ? before : Math.min(before, Number(next.minute) + 1);
    database.prepare(`DELETE FROM ${table} WHERE minute < ?`).run(end);
    isMore ||= end < before;
  }
  return isMore;
}

function expireSegment(database: DatabaseSync, id: number): void {
  for (const table of ["usage_days", "use_days", "session_days", "outcome_days", "lost"]) {
    database.prepare(`DELETE FROM ${table} WHERE segment = ?`).run(id);
  }
  database.prepare("DELETE FROM segments WHERE id = ?").run(id);
}

/** A name is marked as seen once a day, so it is kept for two more. */
function expireNames(database: DatabaseSync, minutesBefore: Minute, daysBefore: Minute): void {
  const remove = database.prepare("DELETE FROM names WHERE (kind = 'session') = ? AND seen_minute < ?");
  remove.run(1, minutesBefore - 2 * MINUTES_A_DAY);
  remove.run(0, daysBefore - 2 * MINUTES_A_DAY);
}
