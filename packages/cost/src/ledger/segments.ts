import type { DatabaseSync } from "node:sqlite";
import { type Minute, Zone } from "../calendar/zone.ts";
import type { PriceCut } from "../quantities.ts";
import type { Span } from "./backlog.ts";

/** A day of the ledger, or the part of it in which one version of the price book was in force. */
export interface Segment {
  readonly id: number;
  readonly day: string;
  readonly timeZone: string;
  readonly fromMinute: Minute;
  readonly toMinute: Minute;
  readonly price: string;
}

/** By what days are told apart, and prices. */
export interface Calendar {
  readonly timeZone: string;
  /** In any order; before the first of them the price is called "". */
  readonly prices: readonly PriceCut[];
}

/** The segments of a ledger, in the order of time; they never overlap. */
export class Segments {
  readonly #database: DatabaseSync;
  readonly #revisions = new Map<string, number>();
  #zone: Zone;
  #prices: readonly PriceCut[];
  #all: Segment[] | undefined;

  constructor(database: DatabaseSync, calendar: Calendar) {
    this.#database = database;
    this.#zone = new Zone(calendar.timeZone);
    this.#prices = inOrder(calendar.prices);
  }

  set calendar(calendar: Calendar) {
    this.#zone = new Zone(calendar.timeZone);
    this.#prices = inOrder(calendar.prices);
  }

  get calendar(): Calendar {
    return { timeZone: this.#zone.name, prices: this.#prices };
  }

  revision(day: string): number {
    return this.#revisions.get(day) ?? 0;
  }

  get zone(): Zone {
    return this.#zone;
  }

  get all(): readonly Segment[] {
    this.#all ??= this.#read();
    return this.#all;
  }

  /** The one a minute lies in, which is made where there is none. Who asks is about to book something there. */
  at(minute: Minute): Segment {
    const found = this.#at(minute);
    this.#touch(found);
    return found;
  }

  #at(minute: Minute): Segment {
    const { all } = this;
    const index = after(all, minute);
    const before = all[index - 1];
    if (before !== undefined && minute < before.toMinute) return before;
    const wanted = this.#wanted(minute, before?.toMinute, all[index]?.fromMinute);
    const continues = before !== undefined && isSame(before, wanted) && before.toMinute === wanted.fromMinute;
    const found = continues ? this.#prolong(before, wanted.toMinute) : this.#make(wanted);
    this.#all?.splice(continues ? index - 1 : index, continues ? 1 : 0, found);
    return found;
  }

  /** A segment as the calendar of now would part it. */
  *pieces({ fromMinute, toMinute }: Pick<Segment, "fromMinute" | "toMinute">): Generator<Span> {
    for (let from = fromMinute; from < toMinute; ) {
      const to = Math.min(toMinute, this.#wanted(from).toMinute);
      yield { from, to };
      from = to;
    }
  }

  /** Makes room for others: what is booked in it must have been taken away. */
  remove(segment: Segment): void {
    this.#database.prepare("DELETE FROM segments WHERE id = ?").run(segment.id);
    this.#touch(segment);
    this.forget();
  }

  of(day: string): readonly Segment[] {
    return this.all.filter((segment) => segment.day === day);
  }

  /** What was written since has been undone. */
  forget(): void {
    this.#all = undefined;
  }

  #touch({ day }: Segment): void {
    this.#revisions.set(day, (this.#revisions.get(day) ?? 0) + 1);
  }

  #wanted(
    minute: Minute,
    notBefore = Number.NEGATIVE_INFINITY,
    notAfter = Number.POSITIVE_INFINITY,
  ): Omit<Segment, "id"> {
    const day = this.#zone.dayOf(minute);
    const price = this.#prices.findLast(({ fromMinute }) => fromMinute <= minute);
    const next = this.#prices.find(({ fromMinute }) => fromMinute > minute);
    return {
      day,
      timeZone: this.#zone.name,
      fromMinute: Math.max(this.#zone.startOf(day), price?.fromMinute ?? Number.NEGATIVE_INFINITY, notBefore),
      toMinute: Math.min(this.#zone.endOf(day), next?.fromMinute ?? Number.POSITIVE_INFINITY, notAfter),
      price: price?.price ?? "",
    };
  }

  #make(wanted: Omit<Segment, "id">): Segment {
    const { lastInsertRowid } = this.#database
      .prepare("INSERT INTO segments (day, time_zone, from_minute, to_minute, price) VALUES (?, ?, ?, ?, ?)")
      .run(wanted.day, wanted.timeZone, wanted.fromMinute, wanted.toMinute, wanted.price);
    return { id: Number(lastInsertRowid), ...wanted };
  }

  /** Days that are split anew come piece by piece. */
  #prolong(segment: Segment, toMinute: Minute): Segment {
    this.#database.prepare("UPDATE segments SET to_minute = ? WHERE id = ?").run(toMinute, segment.id);
    return { ...segment, toMinute };
  }

  #read(): Segment[] {
    const rows = this.#database.prepare("SELECT * FROM segments ORDER BY from_minute").all();
    return rows.map(({ id, day, time_zone, from_minute, to_minute, price }) => ({
      id: Number(id),
      day: String(day),
      timeZone: String(time_zone),
      fromMinute: Number(from_minute),
      toMinute: Number(to_minute),
      price: String(price),
    }));
  }
}

function isSame(a: Omit<Segment, "id">, b: Omit<Segment, "id">): boolean {
  return a.day === b.day && a.timeZone === b.timeZone && a.price === b.price;
}

function inOrder(prices: readonly PriceCut[]): readonly PriceCut[] {
  return prices.toSorted((a, b) => a.fromMinute - b.fromMinute);
}

/** Index of the first that begins after a minute. */
function after(segments: readonly Segment[], minute: Minute): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((segments[middle] as Segment).fromMinute <= minute) low = middle + 1;
    else high = middle;
  }
  return low;
}
