import type { DatabaseSync } from "node:sqlite";
import type { Minute } from "../calendar/zone.ts";
import { addingFrom } from "./counts.ts";
import type { Segment, Segments } from "./segments.ts";
import type { UsageBook } from "./usage-book.ts";
import { type UsageRow, usageRowOf } from "./usage-row.ts";
import type { UseBook } from "./use-book.ts";

interface Books {
  readonly segments: Segments;
  readonly usage: UsageBook;
  readonly uses: UseBook;
}

/** Books the minutes of a segment into the segments that the calendar has for them now. Nothing is measured or counted anew. */
export function resplit(database: DatabaseSync, segment: Segment, { segments, usage, uses }: Books): void {
  const definitions = takeFrom<DefinitionRow>(database, "definitions", segment);
  const lost = takeFrom<{ why: string; count: number }>(database, "lost", segment);
  for (const table of ["usage_days", "use_days", "session_days", "outcome_days"]) takeFrom(database, table, segment);
  segments.remove(segment);
  const { fromMinute, toMinute } = segment;
  usage.sumUp(usageRows(database, fromMinute, toMinute));
  uses.sumUp(fromMinute, toMinute);
  for (let at = fromMinute; at < toMinute; at = segments.at(at).toMinute)
    copyInto(database, segments.at(at).id, at, Math.min(toMinute, segments.at(at).toMinute));
  for (const row of definitions) uses.keepDefinitions({ ...row, segment: segments.at(row.minute).id });
  for (const { why, count } of lost) uses.bookLost({ minute: fromMinute, why, count });
}

/** What a listing was, as the table `definitions` has it. */
export interface DefinitionRow {
  readonly server: number;
  readonly segment: number;
  readonly minute: number;
  readonly method: string;
  readonly tokens: number;
  readonly tools: string;
}

function takeFrom<Row>(database: DatabaseSync, table: string, { id }: Segment): readonly Row[] {
  return database.prepare(`DELETE FROM ${table} WHERE segment = ? RETURNING *`).all(id) as unknown as readonly Row[];
}

function* usageRows(
  database: DatabaseSync,
  from: Minute,
  to: Minute,
): Generator<{ readonly minute: Minute; readonly server: number; readonly row: UsageRow }> {
  const statement = database.prepare("SELECT * FROM usage WHERE minute >= ? AND minute < ?");
  statement.setReadBigInts(true);
  for (const row of statement.iterate(from, to)) {
    yield { minute: Number(row.minute), server: Number(row.server), row: usageRowOf(row) };
  }
}

function copyInto(database: DatabaseSync, segment: number, from: Minute, to: Minute): void {
  const copy = (table: string, keys: readonly string[], where: string) =>
    database.prepare(addingFrom("uses", table, keys, where)).run(segment, from, to);
  copy("use_days", ["server", "method", "target", "status", "principal"], "minute >= ? AND minute < ?");
  copy("session_days", ["server", "session", "method", "target"], "minute >= ? AND minute < ? AND session <> 0");
}
