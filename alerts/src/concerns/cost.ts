import { METRIC } from "@mcp-ops/formats";
import type { RuleContext } from "../context.ts";
import type { AlertRule, RuleGroup } from "../rule.ts";
import { WHO } from "../who.ts";

/** Is the money kept to, and is it counted? A budget is one of the ledger of a machine, so its alerts have the machine's `instance`. */
export function cost(context: RuleContext): RuleGroup {
  return { name: "mcp-cost", rules: [...budgets(context), ...gate(context), ...bill(context)] };
}

function budgets({ by, on, limit }: RuleContext): readonly AlertRule[] {
  const budget = by("instance", "budget");
  const same = on("instance", "budget");
  const is = (state: string) => `max ${budget} (${METRIC.costBudgetState}{state="${state}"}) == 1`;
  return [
    {
      alert: "McpBudgetExceeded",
      expr: `max ${budget} (${METRIC.costBudgetUsed}) and ${same} ${is("exceeded")}`,
      forSeconds: 60,
      severity: "warning",
      summary: "The budget {{ $labels.budget }} is exceeded.",
      description:
        "{{ $value | humanizePercentage }} of the budget {{ $labels.budget }} are spent. If it is hard, its calls are refused until its period ends.",
    },
    {
      alert: "McpBudgetForecastExceeded",
      expr: `max ${budget} (${METRIC.costBudgetForecast}) > ${limit.budgetForecastRatio} unless ${same} ${is("exceeded")}`,
      forSeconds: 1_800,
      severity: "warning",
      summary: "The budget {{ $labels.budget }} will not last.",
      description: `At this pace {{ $value | humanizePercentage }} of the budget {{ $labels.budget }} will be spent at the end of its period; ${limit.budgetForecastRatio * 100} % are there.`,
    },
    {
      alert: "McpBudgetNearlyUsed",
      expr: `max ${budget} (${METRIC.costBudgetUsed}) and ${same} ${is("warning")}`,
      forSeconds: 60,
      severity: "warning",
      summary: "The budget {{ $labels.budget }} is nearly used up.",
      description:
        "{{ $value | humanizePercentage }} of the budget {{ $labels.budget }} are spent, which is the share at which it wants to warn.",
    },
  ];
}

function gate({ by, events, limit }: RuleContext): readonly AlertRule[] {
  const refused = events(METRIC.budgetRefused, 900);
  return [
    {
      alert: "McpBudgetRefusing",
      expr: `sum ${by("instance", "server", "budget")} (${refused}) > 0`,
      forSeconds: 60,
      severity: "warning",
      summary: `${WHO} refuses calls, because {{ $labels.budget }} is used up.`,
      description:
        'Calls refused in 15 minutes, because the hard budget {{ $labels.budget }} is used up: {{ $value | printf "%.0f" }}. They can be made again when its period has ended.',
    },
    {
      alert: "McpBudgetDocumentStale",
      expr: `max ${by("instance", "server")} (${METRIC.budgetAge}) > ${limit.budgetDocumentSeconds}`,
      forSeconds: 300,
      severity: "warning",
      summary: `${WHO} does not know what is spent, and refuses nothing.`,
      description: `What its budget gate goes by is older than ${limit.budgetDocumentSeconds} s, or was never there: hard budgets are not kept to.`,
    },
  ];
}

function bill({ by, limit }: RuleContext): readonly AlertRule[] {
  return [
    {
      alert: "McpCostUnpriced",
      expr: `max ${by("server", "thing")} (${METRIC.costUnpriced}) == 1`,
      forSeconds: 3_600,
      severity: "info",
      summary: "The price book has no price for {{ $labels.thing }} of {{ $labels.server }}.",
      description:
        "{{ $labels.server }} used {{ $labels.thing }} today, for which the price book has no price: the bill is too small by that.",
    },
    {
      alert: "McpToolListOversized",
      expr: `max ${by("server")} (${METRIC.definitionTokens}) > ${limit.toolListTokens}`,
      forSeconds: 300,
      severity: "info",
      summary: "The tools of {{ $labels.server }} cost each conversation {{ $value | humanize }} tokens.",
      description: `The list of tools of {{ $labels.server }} has {{ $value | humanize }} tokens, and each conversation that reads it pays them; ${limit.toolListTokens} are much.`,
    },
  ];
}
