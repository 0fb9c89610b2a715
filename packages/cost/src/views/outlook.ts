import type { CostDay } from "@mcp-ops/formats";
import { BUDGET_PERIODS, type BudgetPeriod } from "../budgets/budget.ts";
import type { BudgetFacts } from "../budgets/budget-state.ts";
import { forecast } from "../budgets/forecast.ts";
import { periodOf } from "../budgets/period.ts";
import { MINUTE_MS } from "../calendar/zone.ts";

/** What a period has cost, and will have. */
export interface Outlook {
  readonly period: BudgetPeriod;
  /** Empty for all of them, with the machine's idle time. */
  readonly server: string;
  readonly spentMicroUnits: number;
  /** Left out where there is not enough to say. */
  readonly forecastMicroUnits?: number;
  /** ISO 8601, UTC. */
  readonly endsAt: string;
}

/** Today and this month, of all servers together and of each. */
export function outlooks({ days, zone, ...known }: BudgetFacts): readonly Outlook[] {
  return BUDGET_PERIODS.flatMap((kind) => {
    const period = periodOf(kind, Math.floor(known.nowMs / MINUTE_MS), zone);
    const within = days.filter(({ day }) => day >= period.firstDay && day <= period.lastDay);
    const endsAt = new Date(period.toMinute * MINUTE_MS).toISOString();
    return [...spentIn(within)].map(([server, spent]) => {
      const expected = forecast(spent, kind, period, known);
      const outlook = { period: kind, server, spentMicroUnits: spent, endsAt };
      return { ...outlook, ...(expected !== undefined && { forecastMicroUnits: expected }) };
    });
  });
}

function spentIn(days: readonly CostDay[]): ReadonlyMap<string, number> {
  const spent = new Map([["", days.reduce((sum, day) => sum + day.microUnits, 0)]]);
  for (const { server, microUnits } of days.flatMap(({ servers }) => servers)) {
    spent.set(server, (spent.get(server) ?? 0) + microUnits);
  }
  return spent;
}
