import type { Minute } from "../calendar/zone.ts";
import type { PriceCut } from "../quantities.ts";
import type { Calendar, Segment } from "./segments.ts";

/** The first minute for which two calendars say something else; undefined for two that say the same. */
export function firstDifference(before: Calendar, after: Calendar): Minute | undefined {
  if (before.timeZone !== after.timeZone) return Number.NEGATIVE_INFINITY;
  const moments = [...before.prices, ...after.prices].map(({ fromMinute }) => fromMinute).toSorted((a, b) => a - b);
  return moments.find((minute) => priceAt(before.prices, minute) !== priceAt(after.prices, minute));
}

/**
 * Segments that are to be split anew. Those whose minutes are no longer all there stay as they are: with their zone, and the name of the
 * price that held then.
 */
export function outdated(segments: readonly Segment[], difference: Minute, oldestMinute: Minute): readonly Segment[] {
  return segments.filter(({ fromMinute, toMinute }) => toMinute > difference && fromMinute >= oldestMinute);
}

function priceAt(prices: readonly PriceCut[], minute: Minute): string {
  const begun = prices.filter(({ fromMinute }) => fromMinute <= minute);
  return begun.toSorted((a, b) => a.fromMinute - b.fromMinute).at(-1)?.price ?? "";
}
