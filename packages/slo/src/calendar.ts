import { sloError } from "./errors.ts";

/** Minutes since 1970-01-01T00:00Z. */
export type Minute = number;

export const MINUTE_MS = 60_000;

/** Days of a time zone, as `2026-11-21`. `Zone` of @mcp-ops/cost is one. */
export interface Calendar {
  /** IANA name. */
  readonly name: string;
  dayOf(minute: Minute): string;
  /** First minute of a day. */
  startOf(day: string): Minute;
}

/** A month of a calendar; `to` is the first minute after it. */
export interface Month {
  /** `2026-10` */
  readonly name: string;
  readonly from: Minute;
  readonly to: Minute;
}

/** There is no day after the last one of 9999. */
const LAST_YEAR = "9998";

/** @throws SLO_MONTH_INVALID for anything but `2026-10`. */
export function monthNamed(name: string, calendar: Calendar): Month {
  const [, year, month] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(name) ?? [];
  if (year === undefined || month === undefined || year < "1971" || year > LAST_YEAR)
    throw sloError(
      "SLO_MONTH_INVALID",
      `${JSON.stringify(name.slice(0, 20))} is no month. Write year and month, such as 2026-10.`,
    );
  const next = month === "12" ? `${Number(year) + 1}-01` : `${year}-${String(Number(month) + 1).padStart(2, "0")}`;
  return { name, from: calendar.startOf(`${name}-01`), to: calendar.startOf(`${next}-01`) };
}

export function monthAt(minute: Minute, calendar: Calendar): Month {
  return monthNamed(calendar.dayOf(minute).slice(0, 7), calendar);
}
