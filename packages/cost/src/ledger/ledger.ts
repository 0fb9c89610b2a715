import type { DatabaseSync } from "node:sqlite";
import type { JournalLine } from "@mcp-ops/formats";
import { MINUTE_MS, type Minute } from "../calendar/zone.ts";
import type { DayQuantities, LostCounts, OutcomeDay, OutcomeRow, UsagePoint } from "../quantities.ts";
import type { MeterState } from "../usage/meter.ts";
import type { ReserveState } from "../usage/reserve.ts";
import { Backlog, type UsageBooking } from "./backlog.ts";
import { Bounds } from "./bounds.ts";
import { firstDifference, outdated } from "./calendar-change.ts";
import { dayOf } from "./day-query.ts";
import { type LedgerDamage, setAsideOf } from "./file.ts";
import { addLost, JournalBook, type JournalPiece, type JournalPlace, NOTHING_LOST } from "./journal-book.ts";
import { DEFAULT_LEDGER_LIMITS, DEFAULT_LEDGER_RETENTION, type LedgerLimits, type LedgerRetention } from "./limits.ts";
import { Memory } from "./memory.ts";
import { outcomeDaysOf, outcomesOf, pointsOf, type Range } from "./minute-query.ts";
import { Names } from "./names.ts";
import { resplit } from "./resplit.ts";
import { expire, expiryOf, livedExpiryOf } from "./retention.ts";
import { type Calendar, Segments } from "./segments.ts";
import { inTransaction } from "./transaction.ts";
import { UsageBook } from "./usage-book.ts";
import { UseBook } from "./use-book.ts";

export interface LedgerOptions {
  readonly file: string;
  /** How days and prices are told apart from now on. Without prices, as it was. */
  readonly calendar: Pick<Calendar, "timeZone"> & Partial<Calendar>;
  readonly retention?: LedgerRetention;
  readonly limits?: LedgerLimits;
  /** Milliseconds since 1970. Default: the clock of the system. */
  readonly now?: () => number;
}

/** Quantities by minute and by day, in whole numbers. What is booked is booked once, and nothing of it is ever taken back. */
export class Ledger implements Disposable {
  readonly file: string;
  /** Set at this start: the file was damaged, and an empty ledger took its place. */
  readonly damage: LedgerDamage | undefined;
  readonly #database: DatabaseSync;
  readonly #retention: LedgerRetention;
  readonly #now: () => number;
  readonly #memory: Memory;
  readonly #names: Names;
  readonly #segments: Segments;
  readonly #bounds: Bounds;
  readonly #usage: UsageBook;
  readonly #backlog: Backlog;
  readonly #uses: UseBook;
  readonly #journals: JournalBook;
  #changedFrom: Minute = Number.POSITIVE_INFINITY;
  #lost: LostCounts = NOTHING_LOST;

  constructor(database: DatabaseSync, damage: LedgerDamage | undefined, options: LedgerOptions) {
    this.file = options.file;
    this.damage = damage;
    this.#database = database;
    this.#retention = options.retention ?? DEFAULT_LEDGER_RETENTION;
    this.#now = options.now ?? Date.now;
    this.#memory = new Memory(database);
    this.#names = new Names(database);
    this.#segments = new Segments(database, this.#calendar ?? { prices: [], ...options.calendar });
    this.#bounds = new Bounds(database, options.limits ?? DEFAULT_LEDGER_LIMITS);
    this.#usage = new UsageBook(database, this.#names, this.#segments, this.#bounds);
    this.#backlog = new Backlog(this.#memory, this.#usage);
    this.#uses = new UseBook(database, this.#names, this.#segments, this.#bounds);
    this.#journals = new JournalBook(database, this.#uses);
  }

  /** Damaged files that wait for somebody to look. */
  setAside(): readonly string[] {
    return setAsideOf(this.file);
  }

  /** Undefined before the first booking. */
  get meter(): MeterState | undefined {
    return this.#memory.read<MeterState>("meter");
  }

  get reserve(): ReserveState | undefined {
    return this.#memory.read<ReserveState>("reserve");
  }

  /**
   * Books it for good. What fills more minutes than can be booked at once is noted, and booked by `catchUp`.
   *
   * @throws COST_LEDGER_FULL, COST_LEDGER_DAMAGED, COST_LEDGER_UNUSABLE; then nothing of it is booked.
   */
  bookUsage({ meter, intervals, reserve, reserved }: UsageBooking): void {
    while (this.catchUp());
    this.#write(() => {
      this.#backlog.book(intervals, reserved);
      this.#memory.write("meter", meter);
      this.#memory.write("reserve", reserve);
    });
  }

  /** Books some of what `bookUsage` has noted; whether there is more. Killed in between, it goes on from there. @throws as `bookUsage` */
  catchUp(): boolean {
    if (this.#backlog.isEmpty) return false;
    this.#write(() => this.#backlog.goOn());
    return !this.#backlog.isEmpty;
  }

  /** Where reading goes on; from the start for a file that is not known. */
  journalPlace(name: string): JournalPlace {
    return this.#journals.place(name);
  }

  /** Those that are known and not missed. */
  get journals(): readonly string[] {
    return this.#journals.names;
  }

  /** Books a piece of a journal, and how far it was read. @throws as `bookUsage` */
  bookJournal(piece: JournalPiece, lines: readonly JournalLine[]): void {
    const { minutesBefore } = expiryOf(this.#retention, this.#nowMinute);
    const lost = this.#write(() => this.#journals.book(piece, lines, minutesBefore, this.#nowMinute));
    this.#lost = addLost(this.#lost, lost);
    for (const line of lines) if (line.kind === "use") this.#changedFrom = Math.min(this.#changedFrom, line.minute);
  }

  /** What could not be booked of journals since this ledger was opened. */
  get lost(): LostCounts {
    return this.#lost;
  }

  /** The first minute that got exchanges since this was asked last; infinite for none. */
  takeChanged(): Minute {
    const changedFrom = this.#changedFrom;
    this.#changedFrom = Number.POSITIVE_INFINITY;
    return changedFrom;
  }

  /** For journals that were deleted for good. @throws as `bookUsage` */
  forgetJournals(names: readonly string[]): void {
    this.#write(() => this.#journals.forget(names));
  }

  /**
   * For journals that are not to be found: how far they were read is known as long as their lines would be booked, because they may come
   * back, with a folder that was another one for a while. @throws as `bookUsage`
   */
  missJournals(names: readonly string[]): void {
    this.#write(() => this.#journals.miss(names, this.#nowMinute));
  }

  /** Resolves once all that was booked outlives a power cut. A journal must not be deleted before. @throws as `bookUsage` */
  sync(): void {
    this.#write(() => this.#memory.write("synced", this.#nowMinute), "FULL");
  }

  get calendar(): Calendar {
    return this.#segments.calendar;
  }

  /** Changes whenever something is booked into a day, now or late, or it is split anew. */
  revision(day: string): number {
    return this.#segments.revision(day);
  }

  /** The day it is now. */
  get today(): string {
    return this.#segments.zone.dayOf(this.#nowMinute);
  }

  /** Days of which there is something, oldest first. */
  get days(): readonly string[] {
    return [...new Set(this.#segments.all.map(({ day }) => day))];
  }

  /** What a day took; undefined when nothing is known of it. */
  day(day: string): DayQuantities | undefined {
    const segments = this.#segments.of(day);
    return segments.length === 0 ? undefined : dayOf(this.#database, this.#names, segments, this.#nowMinute);
  }

  points(range: Range & { readonly server: string }): readonly UsagePoint[] {
    return pointsOf(this.#database, this.#names, range);
  }

  /** Exchanges by minute, as long as minutes are kept. Must be read before anything else is booked. */
  outcomes(range: Range): Iterable<OutcomeRow> {
    return outcomesOf(this.#database, this.#names, range);
  }

  /** The same by day, as long as days are kept; `to` is not in it. */
  outcomeDays(days: { readonly from: string; readonly to: string }): Iterable<OutcomeDay> {
    return outcomeDaysOf(this.#database, this.#names, days);
  }

  /** Tells days and prices apart in another way, also in the past, as far as minutes are there. In pieces of some 20 ms. @throws as `bookUsage` */
  async setCalendar(calendar: Calendar): Promise<void> {
    const before = this.#calendar;
    this.#segments.calendar = calendar;
    const difference = before && firstDifference(before, calendar);
    const old = difference === undefined ? [] : outdated(this.#segments.all, difference, this.#oldestMinute);
    const books = { segments: this.#segments, usage: this.#usage, uses: this.#uses };
    for (const segment of old) await resplit(this.#database, segment, books, (work) => this.#write(work));
    if (before === undefined || difference !== undefined) this.#write(() => this.#memory.write("calendar", calendar));
  }

  /** Takes away a few of the rows that have expired; whether there are more. @throws as `bookUsage` */
  expire(): boolean {
    const expiry = livedExpiryOf(this.#database, this.#retention, this.#nowMinute);
    const isMore = this.#write(() => {
      // What is gone stays gone, though minutes are kept longer from now on, or a clock that was ahead is mended.
      const end = this.#segments.all.at(-1)?.toMinute ?? this.#oldestMinute;
      this.#memory.write("oldestMinute", Math.max(this.#oldestMinute, Math.min(expiry.minutesBefore, end)));
      return expire(this.#database, this.#segments.all, expiry);
    });
    this.#forget();
    return isMore;
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  get #calendar(): Calendar | undefined {
    return this.#memory.read<Calendar>("calendar");
  }

  /** Minutes before it may be gone. */
  get #oldestMinute(): Minute {
    return this.#memory.read<Minute>("oldestMinute") ?? Number.NEGATIVE_INFINITY;
  }

  get #nowMinute(): Minute {
    return Math.floor(this.#now() / MINUTE_MS);
  }

  /** What is remembered outside the file must not tell of what was undone. */
  #write<Result>(work: () => Result, synchronous: "NORMAL" | "FULL" = "NORMAL"): Result {
    try {
      if (synchronous === "FULL") this.#database.exec("PRAGMA synchronous = FULL");
      return inTransaction(this.#database, work);
    } catch (error) {
      this.#forget();
      throw error;
    } finally {
      if (synchronous === "FULL") this.#database.exec("PRAGMA synchronous = NORMAL");
    }
  }

  #forget(): void {
    this.#names.forget();
    this.#segments.forget();
    this.#bounds.forget();
  }
}
