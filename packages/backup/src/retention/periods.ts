import type { CountedRule } from "./policy.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** 1970-01-01 was a Thursday, three days after a Monday. */
const DAYS_SINCE_MONDAY = 3;

/** A name for the period of UTC that a moment lies in; two moments share it when the rule keeps one of them only. */
export const PERIOD: Readonly<Record<Exclude<CountedRule, "last">, (at: number) => number>> = {
  hourly: (at) => Math.floor(at / HOUR_MS),
  daily: (at) => Math.floor(at / DAY_MS),
  weekly: (at) => Math.floor((Math.floor(at / DAY_MS) + DAYS_SINCE_MONDAY) / 7),
  monthly: (at) => new Date(at).getUTCFullYear() * 12 + new Date(at).getUTCMonth(),
  yearly: (at) => new Date(at).getUTCFullYear(),
};
