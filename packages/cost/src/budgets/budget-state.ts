import type { BudgetState, CostDay, ServerCost } from "@mcp-ops/formats";
import { MINUTE_MS, type Zone } from "../calendar/zone.ts";
import type { Budget } from "./budget.ts";
import { forecast, type Known } from "./forecast.ts";
import { periodOf } from "./period.ts";

export interface BudgetFacts extends Known {
  /** Those of this month at least, in any order. */
  readonly days: readonly CostDay[];
  /** The ledger's. */
  readonly zone: Zone;
}

/** How a budget stands. What it has spent is the sum of what the summaries show, so that both agree to the micro-unit. */
export function budgetState(budget: Budget, { days, zone, ...known }: BudgetFacts): BudgetState {
  const period = periodOf(budget.period, Math.floor(known.nowMs / MINUTE_MS), zone);
  const within = days.filter(({ day }) => day >= period.firstDay && day <= period.lastDay);
  const spent = within.reduce((sum, day) => sum + spentOf(budget, day), 0);
  const expected = forecast(spent, budget.period, period, known);
  const { name, server, target, principal, limitMicroUnits, isHard } = budget;
  return {
    name,
    ...(server !== undefined && { server }),
    ...(target !== undefined && { target }),
    ...(principal !== undefined && { principal }),
    period: budget.period,
    limitMicroUnits,
    spentMicroUnits: spent,
    ...(expected !== undefined && { forecastMicroUnits: expected }),
    state: stateOf(budget, spent, expected),
    isHard,
    resetsAt: new Date(period.toMinute * MINUTE_MS).toISOString(),
  };
}

/** A limit that is reached is exceeded: there is nothing left to spend. */
function stateOf(budget: Budget, spent: number, expected: number | undefined): BudgetState["state"] {
  if (spent >= budget.limitMicroUnits) return "exceeded";
  if (spent >= budget.warnMicroUnits) return "warning";
  return expected !== undefined && expected > budget.limitMicroUnits ? "forecast" : "ok";
}

function spentOf({ server, target, principal }: Budget, day: CostDay): number {
  if (server === undefined && target === undefined && principal === undefined) return day.microUnits;
  const servers = day.servers.filter((one) => server === undefined || one.server === server);
  return servers.reduce((sum, one) => sum + shareOf(one, target, principal), 0);
}

function shareOf(server: ServerCost, target: string | undefined, principal: string | undefined): number {
  if (target !== undefined) return server.tools.find((tool) => tool.target === target)?.microUnits ?? 0;
  if (principal !== undefined) return server.principals.find(({ name }) => name === principal)?.microUnits ?? 0;
  return server.microUnits;
}
