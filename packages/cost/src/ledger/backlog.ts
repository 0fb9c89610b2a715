import { MINUTE_MS, type Minute } from "../calendar/zone.ts";
import type { Interval, MeterState } from "../usage/meter.ts";
import type { ReservedInterval, ReserveState } from "../usage/reserve.ts";
import type { Memory } from "./memory.ts";
import type { UsageBook } from "./usage-book.ts";

/** What a look at the machine has found, and what the next one needs: booked together, or not at all. */
export interface UsageBooking {
  readonly meter: MeterState;
  readonly intervals: readonly Interval[];
  readonly reserve: ReserveState;
  readonly reserved: ReservedInterval | undefined;
}

/** Minutes; `to` is not in it. */
export interface Span {
  readonly from: Minute;
  readonly to: Minute;
}

interface Work extends Span {
  readonly intervals: readonly Interval[];
  readonly reserved: ReservedInterval | undefined;
}

/** Rows of minutes that are booked at once: some forty milliseconds. */
const ROWS_AT_ONCE = 500;
/** Two looks a minute apart lie in two minutes, however many servers there are. */
const MIN_MINUTES = 2;

/**
 * Usage of so long a time that to book it at once would hold up the whole process: it is noted, and goes into the minutes piece by piece. Each piece is
 * booked in one transaction with how far that is.
 */
export class Backlog {
  readonly #memory: Memory;
  readonly #usage: UsageBook;

  constructor(memory: Memory, usage: UsageBook) {
    this.#memory = memory;
    this.#usage = usage;
  }

  get isEmpty(): boolean {
    return this.#memory.read("backlogFrom") === undefined;
  }

  /** Books what goes at once, and notes the rest; there must be none of before. */
  book(intervals: readonly Interval[], reserved: ReservedInterval | undefined): void {
    if (intervals.length === 0 && reserved === undefined) return;
    const work = { intervals, reserved, ...spanOf(reserved === undefined ? intervals : [...intervals, reserved]) };
    const next = this.#bookFirst(work);
    if (next === undefined) return;
    this.#memory.write("backlog", format(work));
    this.#memory.write("backlogFrom", next);
  }

  goOn(): void {
    const work = parse(this.#memory.read("backlog") ?? "");
    const next = this.#bookFirst({ ...work, from: this.#memory.read("backlogFrom") ?? work.from });
    if (next === undefined) this.#memory.forget("backlog", "backlogFrom");
    else this.#memory.write("backlogFrom", next);
  }

  /** From where there is more. */
  #bookFirst({ intervals, reserved, from, to }: Work): Minute | undefined {
    const rows = intervals.length + Object.keys(reserved?.allocations ?? {}).length;
    const next = from + Math.max(MIN_MINUTES, Math.floor(ROWS_AT_ONCE / Math.max(1, rows)));
    this.#usage.book(intervals, reserved, { from, to: next });
    return next < to ? next : undefined;
  }
}

/** A peak belongs to the minute in which its interval ends, though that may have no more of it than its first moment. */
function spanOf(all: readonly { readonly fromMs: number; readonly toMs: number }[]): Span {
  const [from, to] = [Math.min(...all.map(({ fromMs }) => fromMs)), Math.max(...all.map(({ toMs }) => toMs))];
  return { from: Math.floor(from / MINUTE_MS), to: Math.floor(to / MINUTE_MS) + 1 };
}

/** JSON knows no integers without bounds. */
function format(work: Work): string {
  return JSON.stringify(work, (_, value) => (typeof value === "bigint" ? value.toString() : value));
}

function parse(text: string): Work {
  return JSON.parse(text, (key, value) =>
    key.endsWith("ByteMs") && typeof value === "string" ? BigInt(value) : value,
  ) as Work;
}
