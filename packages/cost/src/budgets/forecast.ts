import { MINUTE_MS } from "../calendar/zone.ts";
import type { BudgetPeriod } from "./budget.ts";
import type { Period } from "./period.ts";

const HOUR_MS = 60 * MINUTE_MS;

/**
 * Before that there is not enough to say: of a day its first hours tell little, and a month needs one whole day, because nights differ from days.
 */
const FORECAST_AFTER_MS: Readonly<Record<BudgetPeriod, number>> = { day: 3 * HOUR_MS, month: 24 * HOUR_MS };

export interface Known {
  readonly nowMs: number;
  /** When the ledger began to count; before that nothing is known. */
  readonly sinceMs: number;
}

/**
 * What a period will have cost at its end if it goes on as it went on average since its start, or since anybody counted. A straight line: days
 * of the week are not modelled. Undefined where there is not enough to say.
 */
export function forecast(
  spentMicroUnits: number,
  kind: BudgetPeriod,
  { fromMinute, toMinute }: Period,
  { nowMs, sinceMs }: Known,
): number | undefined {
  const elapsed = nowMs - Math.max(sinceMs, fromMinute * MINUTE_MS);
  if (elapsed < FORECAST_AFTER_MS[kind]) return undefined;
  const left = Math.max(0, toMinute * MINUTE_MS - nowMs);
  return spentMicroUnits + Math.round((spentMicroUnits * left) / elapsed);
}
