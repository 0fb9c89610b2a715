import type { DatabaseSync } from "node:sqlite";
import type { Minute } from "../calendar/zone.ts";
import { addingFrom } from "./counts.ts";
import { type MinuteSums, sumsOf } from "./minute-sums.ts";
import type { Segment, Segments } from "./segments.ts";
import { atOnce, inTurns } from "./turns.ts";
import type { UsageBook } from "./usage-book.ts";
import type { UseBook } from "./use-book.ts";

interface Books {
  readonly segments: Segments;
  readonly usage: UsageBook;
  readonly uses: UseBook;
}

/**
 * Books the minutes of a segment into the segments that the calendar has for them now. Nothing is measured or counted anew. The minutes are summed up
 * between the turns of others; where one of them has booked something meanwhile, that is done again without a break.
 *
 * @param write does all of a piece of work, or nothing of it
 */
export async function resplit(
  database: DatabaseSync,
  segment: Segment,
  books: Books,
  write: (work: () => void) => void,
): Promise<void> {
  const { segments } = books;
  const revision = segments.revision(segment.day);
  const summing = () => sumsOf(database, segments, segment);
  let sums = await inTurns(summing());
  if (segments.revision(segment.day) !== revision) sums = atOnce(summing());
  write(() => replace(database, segment, sums, books));
}

function replace(database: DatabaseSync, segment: Segment, sums: MinuteSums, { segments, usage, uses }: Books): void {
  const lost = takeFrom<{ why: string; count: number }>(database, "lost", segment);
  for (const table of ["usage_days", "use_days", "session_days", "outcome_days"]) takeFrom(database, table, segment);
  segments.remove(segment);
  const { fromMinute, toMinute } = segment;
  usage.sumUp(sums.usage);
  uses.sumUp(sums.outcomes);
  copyUses(database, fromMinute, toMinute, segments);
  // Of what was lost nobody knows the minute: it stays with the first exchanges that were not.
  const minute = firstUse(database, fromMinute, toMinute) ?? fromMinute;
  for (const { why, count } of lost) uses.bookLost({ minute, why, count });
}

function takeFrom<Row>(database: DatabaseSync, table: string, { id }: Segment): readonly Row[] {
  return database.prepare(`DELETE FROM ${table} WHERE segment = ? RETURNING *`).all(id) as unknown as readonly Row[];
}

/** Only segments in which there is something are made. */
function copyUses(database: DatabaseSync, fromMinute: Minute, toMinute: Minute, segments: Segments): void {
  for (let at = fromMinute; ; ) {
    const minute = firstUse(database, at, toMinute);
    if (minute === undefined) return;
    const segment = segments.at(minute);
    const end = Math.min(toMinute, segment.toMinute);
    copyInto(database, segment.id, minute, end);
    at = end;
  }
}

function firstUse(database: DatabaseSync, from: Minute, to: Minute): Minute | undefined {
  const row = database.prepare("SELECT MIN(minute) AS minute FROM uses WHERE minute >= ? AND minute < ?").get(from, to);
  return row === undefined || row.minute === null ? undefined : Number(row.minute);
}

function copyInto(database: DatabaseSync, segment: number, from: Minute, to: Minute): void {
  const copy = (table: string, keys: readonly string[], where: string) =>
    database.prepare(addingFrom("uses", table, keys, where)).run(segment, from, to);
  copy("use_days", ["server", "method", "target", "status", "principal"], "minute >= ? AND minute < ?");
  copy("session_days", ["server", "session", "method", "target"], "minute >= ? AND minute < ? AND session <> 0");
}
