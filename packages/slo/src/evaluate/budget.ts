import { BURN_WINDOWS, type BurnWindow } from "@mcp-ops/formats";
import type { BurnAlert } from "../objective/alerts.ts";
import type { Objective } from "../objective/objective.ts";
import type { Totals } from "./minutes.ts";

/** Whether more was bad than may be, of so many events. In whole numbers: 1 of 1000 is allowed at 0.999. */
export function isOverdrawn({ budgetPpm }: Objective, bad: number, events: number): boolean {
  return bad * 1e6 > events * budgetPpm;
}

/** 1 − the used share of the budget; negative when overdrawn. Undefined without events. */
export function budgetRemaining({ budgetPpm }: Objective, bad: number, events: number): number | undefined {
  return events === 0 ? undefined : 1 - (bad * 1e6) / (events * budgetPpm);
}

/** How many times faster than allowed the budget burnt; undefined without events. */
export function burnRate({ budgetPpm }: Objective, { good, bad }: Totals): number | undefined {
  return good + bad === 0 ? undefined : (bad * 1e6) / ((good + bad) * budgetPpm);
}

/** Totals of the last minutes of a window. */
export type Recent = (window: BurnWindow) => Totals;

/** By window; undefined, or not there, where it cannot be told. */
type Rates = Readonly<Partial<Record<BurnWindow, number | undefined>>>;

/**
 * How fast the budget burnt. A window over which alerts decide needs as many events as the objective wants; one that only says whether it still
 * goes on needs one.
 */
export function rateOver(objective: Objective, window: BurnWindow, recent: Recent): number | undefined {
  const totals = recent(window);
  const least = DECIDING.has(window) ? objective.minEvents : 1;
  return totals.good + totals.bad >= least ? burnRate(objective, totals) : undefined;
}

/** The same over all windows. */
export function burnRates(objective: Objective, recent: Recent): Readonly<Partial<Record<BurnWindow, number>>> {
  const rates: Partial<Record<BurnWindow, number>> = {};
  for (const window of Object.keys(BURN_WINDOWS) as BurnWindow[]) {
    const rate = rateOver(objective, window, recent);
    if (rate !== undefined) rates[window] = rate;
  }
  return rates;
}

const DECIDING: ReadonlySet<BurnWindow> = new Set(["1h", "6h", "1d", "3d"]);

/** Whether an alert fires at these rates. */
export function isFiring({ long, short, factor }: BurnAlert, rates: Rates): boolean {
  return (rates[long] ?? 0) > factor && (rates[short] ?? 0) > factor;
}
