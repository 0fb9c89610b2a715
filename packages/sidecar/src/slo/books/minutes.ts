import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Zone } from "@mcp-ops/cost";
import type { JudgedMinute, Minute, SumOf, Totals } from "@mcp-ops/slo";
import type { Series } from "./series.ts";

/** A span of minutes; `to` is not in it. */
export interface Span {
  readonly from: Minute;
  readonly to: Minute;
}

/** How long single minutes are kept: the longest window, and the day it begins in. */
export const KEPT_MINUTES: Minute = 36 * 1_440;
/** Below this minutes are added up one by one. */
const SHORT: Minute = 3 * 1_440;

/** Good and bad events by minute and, kept for longer, by day. */
export class MinuteBook {
  readonly #state: DatabaseSync;
  readonly #zone: Zone;
  readonly #sumMinutes: StatementSync;
  readonly #sumDays: StatementSync;
  readonly #read: StatementSync;
  readonly #write: StatementSync;
  readonly #writeDay: StatementSync;

  constructor(state: DatabaseSync, zone: Zone) {
    this.#state = state;
    this.#zone = zone;
    const sums = "SELECT COALESCE(SUM(good), 0) AS good, COALESCE(SUM(bad), 0) AS bad FROM";
    this.#sumMinutes = state.prepare(`${sums} slo_minutes WHERE series = ? AND minute >= ? AND minute < ?`);
    this.#sumDays = state.prepare(`${sums} slo_days WHERE series = ? AND day >= ? AND day < ?`);
    this.#read = state.prepare(
      "SELECT minute, good, bad FROM slo_minutes WHERE series = ? AND minute >= ? AND minute < ? ORDER BY minute",
    );
    this.#write = state.prepare("INSERT OR REPLACE INTO slo_minutes (series, minute, good, bad) VALUES (?, ?, ?, ?)");
    this.#writeDay = state.prepare(
      "INSERT INTO slo_days (series, day, good, bad) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET good = good + excluded.good, bad = bad + excluded.bad",
    );
  }

  /** What is judged of a span takes the place of what was. Within a transaction of the caller. */
  book(series: Series, span: Span, judged: readonly JudgedMinute[]): void {
    const before = new Map(this.between(series, span).map((one) => [one.minute, one]));
    const days = new Map<string, Totals>();
    const put = (minute: Minute, { good, bad }: Totals) => {
      const old = before.get(minute) ?? { good: 0, bad: 0 };
      before.delete(minute);
      if (old.good === good && old.bad === bad) return;
      this.#write.run(series.id, minute, good, bad);
      const day = this.#zone.dayOf(minute);
      const sum = days.get(day) ?? { good: 0, bad: 0 };
      days.set(day, { good: sum.good + good - old.good, bad: sum.bad + bad - old.bad });
    };
    for (const one of judged) put(one.minute, one);
    for (const minute of [...before.keys()]) put(minute, { good: 0, bad: 0 });
    for (const [day, { good, bad }] of days) this.#writeDay.run(series.id, day, good, bad);
  }

  between({ id }: Series, { from, to }: Span): readonly JudgedMinute[] {
    return this.#read.all(id, from, to).map(({ minute, good, bad }) => {
      return { minute: Number(minute), good: Number(good), bad: Number(bad) };
    });
  }

  /** The first minute of which anything is known. */
  first({ id }: Series): Minute | undefined {
    const minute = this.#state
      .prepare("SELECT MIN(minute) AS minute FROM slo_minutes WHERE series = ?")
      .get(id)?.minute;
    return minute === null ? undefined : Number(minute);
  }

  sumOf(series: Series): SumOf {
    return (from, to) => (to - from < SHORT ? this.#minutes(series, from, to) : this.#withDays(series, from, to));
  }

  /** Of whole days, of which the minutes may be gone. */
  days({ id }: Series, from: string, to: string): Totals {
    return totals(this.#sumDays.get(id, from, to));
  }

  prune(now: Minute, keptDays: string): void {
    this.#state.prepare("DELETE FROM slo_minutes WHERE minute < ?").run(now - KEPT_MINUTES);
    this.#state.prepare("DELETE FROM slo_days WHERE day < ?").run(keptDays);
  }

  #minutes({ id }: Series, from: Minute, to: Minute): Totals {
    return totals(this.#sumMinutes.get(id, from, to));
  }

  /** A month is 30 days and not 43 200 minutes: the days in the middle, the minutes at both ends. */
  #withDays(series: Series, from: Minute, to: Minute): Totals {
    const fromDay = this.#zone.dayOf(from);
    const first = this.#zone.startOf(fromDay) === from ? fromDay : this.#zone.dayOf(this.#zone.endOf(fromDay));
    const last = this.#zone.dayOf(to);
    const parts = [
      this.#minutes(series, from, this.#zone.startOf(first)),
      this.days(series, first, last),
      this.#minutes(series, this.#zone.startOf(last), to),
    ];
    return parts.reduce((a, b) => ({ good: a.good + b.good, bad: a.bad + b.bad }));
  }
}

function totals(row: Readonly<Record<string, unknown>> | undefined): Totals {
  return { good: Number(row?.good), bad: Number(row?.bad) };
}
