import { BUDGET_STATES, PRICED_THINGS } from "./cost-document.ts";
import type { LabelRow, MetricRow } from "./metric-row.ts";

/** The names of what the sidecar shows of its ledger in money. */
export const COST_METRIC = {
  costToday: "mcp_cost_today",
  costMonth: "mcp_cost_month",
  costToolToday: "mcp_cost_tool_today",
  costToolMonth: "mcp_cost_tool_month",
  costMachineIdleToday: "mcp_cost_machine_idle_today",
  costMachineIdleMonth: "mcp_cost_machine_idle_month",
  costForecastToday: "mcp_cost_forecast_today",
  costForecastMonth: "mcp_cost_forecast_month",
  costUnpriced: "mcp_cost_unpriced",
  costBudgetLimit: "mcp_cost_budget_limit",
  costBudgetUsed: "mcp_cost_budget_used_ratio",
  costBudgetForecast: "mcp_cost_budget_forecast_ratio",
  costBudgetState: "mcp_cost_budget_state",
  costAdvice: "mcp_cost_advice",
  costAdviceSaving: "mcp_cost_advice_saving_month",
  ledgerLost: "mcp_ops_ledger_lost_total",
} as const;

/** Why exchanges are in no row of the ledger: their server lost them, or the line of a journal could not be read or was of another time. */
export const LEDGER_LOST = ["queue", "file", "garbage"] as const;

/** Parts of what a server costs. */
export const COST_PARTS = ["used", "idle", "tokens", "definitions", "calls"] as const;

const SERVER: LabelRow = {
  name: "server",
  bound: "servers in the ledger, the dearest 100 of the month, else `_other`",
};
const TARGET: LabelRow = { name: "target", bound: "tools in the ledger, the dearest 200 of the month, else `_other`" };
const PART: LabelRow = { name: "part", values: COST_PARTS, bound: "parts of what a server costs: docs/cost.md" };
const CURRENCY: LabelRow = { name: "currency", bound: "the one currency of the price book, ISO 4217" };
const THING: LabelRow = { name: "thing", values: PRICED_THINGS, bound: "what costs money" };
const BUDGET: LabelRow = { name: "budget", bound: "names of the budgets in the config of the sidecar" };
const STATE: LabelRow = { name: "state", values: BUDGET_STATES, bound: "states of a budget" };
const KIND: LabelRow = {
  name: "kind",
  values: ["cpu", "memory", "idle-server", "tool-list", "tool-results"],
  bound: "kinds of advice: docs/cost.md",
};

const WHY: LabelRow = {
  name: "why",
  values: LEDGER_LOST,
  bound: "too many waited in a server, its file could not be written, or a line of a journal was none",
};

const TODAY = "since midnight in the ledger's time zone";
const MONTH = "since the month began in the ledger's time zone";

/** Money in gauges: a bill begins anew each day and month, and follows the price book when that is mended. */
export const COST_METRICS: readonly MetricRow[] = [
  row("costToday", `What a server cost ${TODAY}, in units of the currency.`, SERVER, PART, CURRENCY),
  row("costMonth", `What a server cost ${MONTH}.`, SERVER, PART, CURRENCY),
  row("costToolToday", `What could be put to a tool, ${TODAY}.`, SERVER, TARGET, CURRENCY),
  row("costToolMonth", `What could be put to a tool, ${MONTH}.`, SERVER, TARGET, CURRENCY),
  row("costMachineIdleToday", `What the machine idled ${TODAY}, where it is paid whole.`, CURRENCY),
  row("costMachineIdleMonth", `What the machine idled ${MONTH}, where it is paid whole.`, CURRENCY),
  row("costForecastToday", "What today will have cost, if it goes on so; none in its first hours.", CURRENCY),
  row("costForecastMonth", "What the month will have cost, if it goes on so; none on its first day.", CURRENCY),
  row("costUnpriced", "1 for what there was today and the price book has no price for.", SERVER, THING),
  row("costBudgetLimit", "Limit of a budget, in units of the currency.", BUDGET, CURRENCY),
  row("costBudgetUsed", "Share of a budget that is spent; above 1 it is exceeded.", BUDGET),
  row("costBudgetForecast", "Share that will be spent, if it goes on so; none in the first hours.", BUDGET),
  row("costBudgetState", "1 for the state a budget is in, 0 for the others.", BUDGET, STATE),
  row("costAdvice", "How much advice there is that somebody should read.", KIND),
  row("costAdviceSaving", "What that would save in a month, in units of the currency.", KIND, CURRENCY),
  {
    ...row("ledgerLost", "Exchanges that servers say they lost, and lines of journals that could not be booked.", WHY),
    type: "counter",
  },
];

function row(word: keyof typeof COST_METRIC, says: string, ...labels: LabelRow[]): MetricRow {
  return { name: COST_METRIC[word], family: "cost", type: "gauge", help: says, labels };
}
