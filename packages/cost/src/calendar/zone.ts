import { costError } from "../errors.ts";

/** Minutes since 1970-01-01T00:00Z. The grain of the ledger: every zone's offset is a whole number of them (RFC 9557 has no seconds). */
export type Minute = number;

export const MINUTE_MS = 60_000;
const MINUTES_A_DAY = 1_440;

/** Days of an IANA time zone. */
export class Zone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  /** Starts of days, newest asked: midnight is looked up a lot. */
  readonly #starts: Map<string, Minute> = new Map();
  #last: { readonly day: string; readonly from: Minute; readonly to: Minute } = { day: "", from: 0, to: 0 };

  /** @throws COST_ZONE_UNKNOWN */
  constructor(name: string) {
    this.name = name;
    try {
      this.#format = formatOf(name);
    } catch (cause) {
      throw costError(
        "COST_ZONE_UNKNOWN",
        `There is no time zone called ${JSON.stringify(name)}. Use a name such as Europe/Vienna, or UTC.`,
        cause,
      );
    }
  }

  /** `2026-11-21`: the day in whose bounds the minute lies. Where clocks were once set back over midnight, its date on the wall may be another. */
  dayOf(minute: Minute): string {
    const { day, from, to } = this.#last;
    if (minute >= from && minute < to) return day;
    const shown = this.#local(minute);
    const found = [shown, shiftDay(shown, -1), shiftDay(shown, 1)].find(
      (one) => minute >= this.startOf(one) && minute < this.endOf(one),
    ) as string;
    this.#last = { day: found, from: this.startOf(found), to: this.endOf(found) };
    return found;
  }

  /** First minute of a day; where the clocks skip midnight the first there is. */
  startOf(day: string): Minute {
    const known = this.#starts.get(day);
    if (known !== undefined) return known;
    const start = this.#find(day);
    if (this.#starts.size >= MAX_STARTS) this.#starts.clear();
    this.#starts.set(day, start);
    return start;
  }

  /** First minute after a day. */
  endOf(day: string): Minute {
    return this.startOf(shiftDay(day, 1));
  }

  /** No day begins more than 16 hours off UTC's. */
  #find(day: string): Minute {
    const utc = Date.parse(`${day}T00:00:00Z`) / MINUTE_MS;
    let before = utc - MAX_OFFSET;
    let start = utc + MAX_OFFSET;
    while (start - before > 1) {
      const middle = Math.floor((before + start) / 2);
      if (this.#local(middle) < day) before = middle;
      else start = middle;
    }
    return start;
  }

  #local(minute: Minute): string {
    const { year, month, day } = Object.fromEntries(
      this.#format.formatToParts(minute * MINUTE_MS).map(({ type, value }) => [type, value]),
    );
    return `${year}-${month}-${day}`;
  }
}

const MAX_STARTS = 1_000;
const MAX_OFFSET: Minute = 16 * 60;

function formatOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
}

/** The day so many days later; days are counted on the calendar, whatever their length. */
export function shiftDay(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * MINUTES_A_DAY * MINUTE_MS).toISOString().slice(0, 10);
}
