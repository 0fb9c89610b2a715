import type { DatabaseSync } from "node:sqlite";
import type { Minute } from "../calendar/zone.ts";
import type { Latencies } from "./latencies.ts";
import type { Segment, Segments } from "./segments.ts";
import { Tally } from "./tally.ts";
import { addSums, standingOf, type UsageSums, usageRowOf } from "./usage-row.ts";
import { addOutcomes, type Outcomes } from "./use-book.ts";

/** What minutes come to. The first part of a key is the first of the minutes, and between them lies no border of the calendar. */
export interface MinuteSums {
  /** By minute and server. */
  readonly usage: Tally<UsageSums>;
  /** By minute, server, method, target and status. */
  readonly outcomes: Tally<Outcomes>;
}

/** Minutes that are read between two turns of others: some ten milliseconds. */
const MINUTES_AT_ONCE = 120;

/** Adds up the minutes of a segment, in pieces that the calendar of now has. Yields where others may have their turn. */
export function* sumsOf(database: DatabaseSync, segments: Segments, segment: Segment): Generator<void, MinuteSums> {
  const sums = { usage: new Tally<UsageSums>(), outcomes: new Tally<Outcomes>() };
  for (const { from, to } of segments.pieces(segment)) {
    for (let at = from; at < to; at += MINUTES_AT_ONCE) {
      const end = Math.min(to, at + MINUTES_AT_ONCE);
      addUsage(database, sums.usage, from, at, end);
      addAllOutcomes(database, sums.outcomes, from, at, end);
      yield;
    }
  }
  return sums;
}

function addUsage(database: DatabaseSync, sums: MinuteSums["usage"], first: Minute, from: Minute, to: Minute): void {
  const statement = database.prepare("SELECT * FROM usage WHERE minute >= ? AND minute < ?");
  statement.setReadBigInts(true);
  for (const read of statement.all(from, to)) {
    const row = usageRowOf(read);
    sums.add([first, Number(read.server)], { ...row, ...standingOf(row) }, addSums);
  }
}

function addAllOutcomes(
  database: DatabaseSync,
  sums: MinuteSums["outcomes"],
  first: Minute,
  from: Minute,
  to: Minute,
): void {
  for (const row of database.prepare("SELECT * FROM outcomes WHERE minute >= ? AND minute < ?").all(from, to)) {
    const key = [row.server, row.method, row.target, row.status].map(Number);
    const value = { count: Number(row.count), latencies: JSON.parse(String(row.latencies)) as Latencies };
    sums.add([first, ...key], value, addOutcomes);
  }
}
