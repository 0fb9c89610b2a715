import type { DatabaseSync } from "node:sqlite";
import type { Minute } from "../calendar/zone.ts";
import type { LedgerRetention } from "./limits.ts";
import type { Segment } from "./segments.ts";

const MINUTES_A_DAY = 1_440;
/** Rows of a table that go at once, and those of one minute or session more: some ten milliseconds. */
const STEP_ROWS = 2_000;

/** What may go. */
export interface Expiry {
  /** Minutes before this one. */
  readonly minutesBefore: Minute;
  readonly daysBefore: Minute;
}

/** What is too old by the clock. */
export function expiryOf({ minuteDays, dayDays }: LedgerRetention, now: Minute): Expiry {
  return { minutesBefore: now - minuteDays * MINUTES_A_DAY, daysBefore: now - dayDays * MINUTES_A_DAY };
}

/**
 * What may be taken away: what is too old by the clock, and older than so many days that were lived. The clock alone is not believed: one that is
 * years ahead for an hour lives one day more, and one day goes.
 */
export function livedExpiryOf(database: DatabaseSync, retention: LedgerRetention, now: Minute): Expiry {
  const { minutesBefore, daysBefore } = expiryOf(retention, now);
  return {
    minutesBefore: Math.min(minutesBefore, livedFrom(database, retention.minuteDays)),
    daysBefore: Math.min(daysBefore, livedFrom(database, retention.dayDays)),
  };
}

/**
 * When the newest so many days began in which something was measured, by two looks with little time between them, or used; minus infinity where there
 * are not as many. What is only reserved, or made up for after a gap, may be of days that never were.
 */
function livedFrom(database: DatabaseSync, days: number): Minute {
  const row = database
    .prepare(
      `SELECT MIN(from_minute) AS minute FROM segments
       WHERE EXISTS (SELECT 1 FROM usage_days WHERE segment = id AND sums ->> 'measured_ms' <> '0')
          OR EXISTS (SELECT 1 FROM use_days WHERE segment = id)
       GROUP BY day ORDER BY minute DESC LIMIT 1 OFFSET ?`,
    )
    .get(days - 1);
  return row === undefined ? Number.NEGATIVE_INFINITY : Number(row.minute);
}

/** Takes away a few of the oldest rows that have expired; whether there are more. */
export function expire(
  database: DatabaseSync,
  segments: readonly Segment[],
  { minutesBefore, daysBefore }: Expiry,
): boolean {
  const minutesLeft = expireMinutes(database, minutesBefore);
  const sessionsLeft = expireSessions(database, minutesBefore);
  const [gone, ...moreGone] = segments.filter(({ toMinute }) => toMinute <= daysBefore);
  if (gone !== undefined) expireSegment(database, gone.id);
  database.prepare("DELETE FROM definitions WHERE minute < ?").run(daysBefore);
  database.prepare("DELETE FROM journal_files WHERE missed_minute < ?").run(minutesBefore - MINUTES_A_DAY);
  expireNames(database, minutesBefore, daysBefore);
  return minutesLeft || sessionsLeft || moreGone.length > 0;
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

/** Of the oldest segment that has some. */
function expireSessions(database: DatabaseSync, before: Minute): boolean {
  const [oldest, next] = database
    .prepare(
      `SELECT id FROM segments WHERE to_minute <= ? AND EXISTS (SELECT 1 FROM session_days WHERE segment = id)
       ORDER BY from_minute LIMIT 2`,
    )
    .all(before);
  if (oldest === undefined) return false;
  const id = Number(oldest.id);
  const last = database
    .prepare(
      `SELECT server, session FROM session_days WHERE segment = ? ORDER BY server, session LIMIT 1 OFFSET ${STEP_ROWS}`,
    )
    .get(id);
  if (last === undefined) {
    database.prepare("DELETE FROM session_days WHERE segment = ?").run(id);
    return next !== undefined;
  }
  const upTo = "DELETE FROM session_days WHERE segment = ? AND (server, session) <= (?, ?)";
  database.prepare(upTo).run(id, Number(last.server), Number(last.session));
  return true;
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
