import { BURN_WINDOWS, type SloState } from "@mcp-ops/formats";
import type { Calendar, Minute } from "../calendar.ts";
import type { BurnAlert } from "../objective/alerts.ts";
import type { Objective } from "../objective/objective.ts";
import { budgetRemaining, burnRates, isFiring, isOverdrawn } from "./budget.ts";
import type { Totals } from "./minutes.ts";
import { noteOf } from "./note.ts";
import { budgetBase, spanOf } from "./window.ts";

/** What is known where an objective is judged. */
export interface Moment {
  /** The minute that runs: it is not judged yet. */
  readonly now: Minute;
  /** The first minute the objective was watched. */
  readonly since: Minute;
  readonly calendar: Calendar;
  /** What the last probes of the server say; undefined when nobody asked. */
  readonly isUp: boolean | undefined;
}

/** Totals of the minutes from `from` on and before `to`. */
export type SumOf = (from: Minute, to: Minute) => Totals;

/** What led to a state. */
export interface Judged {
  readonly state: SloState["state"];
  readonly totals: Totals;
  /** What the budget is a share of. */
  readonly base: number;
  readonly remaining: number | undefined;
  readonly rates: SloState["burnRates"];
  readonly firing: readonly BurnAlert[];
  /** Of the last day, when there were a few and none was good. */
  readonly allFailed: number | undefined;
  /** The server gets no calls, and it is not known to be up. */
  readonly isSilent: boolean;
}

/** How an objective stands. */
export function evaluate(objective: Objective, sumOf: SumOf, moment: Moment): SloState {
  const { name, server, target, kind, window, thresholdUs } = objective;
  const judged = judge(objective, sumOf, moment);
  const { totals, remaining, rates, state } = judged;
  return {
    ...{ name, server, kind, window, state },
    ...(target !== undefined && { target }),
    objective: objective.objective,
    ...(kind === "latency" && { thresholdMs: thresholdUs / 1e3 }),
    good: totals.good,
    total: totals.good + totals.bad,
    ...(remaining !== undefined && { budgetRemaining: short(remaining) }),
    burnRates: Object.fromEntries(Object.entries(rates).map(([over, rate]) => [over, short(rate)])),
    note: noteOf(objective, judged),
  };
}

/** People and models read this: six digits say as much as sixteen. */
function short(number: number): number {
  return Number(number.toPrecision(6));
}

function judge(objective: Objective, sumOf: SumOf, moment: Moment): Judged {
  const { now, since, calendar } = moment;
  const span = spanOf(objective, now, since, calendar);
  const totals = sumOf(span.from, span.to);
  const base = budgetBase(objective, totals.good + totals.bad, span);
  const rates = burnRates(objective, (window) => sumOf(now - BURN_WINDOWS[window], now));
  const found = {
    ...{ totals, base, rates },
    remaining: budgetRemaining(objective, totals.bad, base),
    firing: objective.alerts.filter((alert) => isFiring(alert, rates)),
    allFailed: allFailed(objective, sumOf(now - BURN_WINDOWS["1d"], now)),
    isSilent: isSilent(objective, sumOf(now - BURN_WINDOWS["1h"], now), moment),
  };
  return { ...found, state: stateOf(objective, found) };
}

function stateOf(objective: Objective, judged: Omit<Judged, "state">): SloState["state"] {
  const { totals, base, firing, isSilent } = judged;
  const isEnough = totals.good + totals.bad >= objective.minEvents;
  if (isEnough && isOverdrawn(objective, totals.bad, base)) return "missed";
  if (firing.length > 0 || judged.allFailed !== undefined) return "at-risk";
  return isEnough && !isSilent ? "met" : "not enough data";
}

/** Too few for a rate, and yet enough to see: a server that nobody could use for days must not wait for more calls. */
function allFailed({ minEvents }: Objective, { good, bad }: Totals): number | undefined {
  return good === 0 && bad >= FEW && bad < minEvents ? bad : undefined;
}

const FEW = 3;

/** A server that is down gets no calls, so none of them fails: that is no promise kept. */
function isSilent({ kind }: Objective, lastHour: Totals, { isUp }: Moment): boolean {
  return isUp !== true && lastHour.good + lastHour.bad === 0 && (kind !== "availability" || isUp === undefined);
}
