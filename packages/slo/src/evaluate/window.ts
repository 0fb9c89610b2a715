import { BURN_WINDOWS } from "@mcp-ops/formats";
import { type Calendar, type Minute, monthAt } from "../calendar.ts";
import { WINDOW_DAYS } from "../objective/alerts.ts";
import type { Objective } from "../objective/objective.ts";

/** What an objective is judged over now. */
export interface Span {
  readonly from: Minute;
  /** Not in it. */
  readonly to: Minute;
  /** Minutes that are still to come until it is whole: the rest of the month, or of the first days that an objective is watched. */
  readonly toCome: number;
}

export function spanOf({ window }: Objective, now: Minute, since: Minute, calendar: Calendar): Span {
  if (window === "month") {
    const { from, to } = monthAt(now, calendar);
    return { from, to: now, toCome: to - now };
  }
  const from = now - WINDOW_DAYS[window] * BURN_WINDOWS["1d"];
  return { from, to: now, toCome: Math.max(0, Math.min(since, now) - from) };
}

/** What a budget is a share of. The minutes of a window are known beforehand, the calls are not. */
export function budgetBase({ kind }: Objective, events: number, { toCome }: Pick<Span, "toCome">): number {
  return kind === "availability" && events > 0 ? events + toCome : events;
}
