/** What it costs, in money and in tokens. */
import { BUDGET_STATES, METRIC } from "@mcp-ops/formats";
import { COLOUR } from "../colours.ts";
import { toBoard } from "../links.ts";
import { graph } from "../panels/graph.ts";
import type { Placeable } from "../panels/panel.ts";
import { NONE_IS_BEST, NONE_IS_WELL, stat } from "../panels/stat.ts";
import { table } from "../panels/table.ts";
import { max, of, rate, SERVER, sum, top } from "../queries.ts";

const NEEDS = "Needs the duty cost of the sidecar and prices (docs/cost.md).";
const BUDGET = 'budget=~".+"';

export function spent(title: string, metric: string, since: string): Placeable {
  return stat({
    title,
    description: `What the servers cost since ${since} in the ledger's time zone. ${NEEDS}`,
    unit: "short",
    decimals: 2,
    expr: sum(of(metric, SERVER), "currency"),
    legend: "{{currency}}",
    isNamed: true,
    none: "no prices",
  });
}

export function forecast(): Placeable {
  return stat({
    title: "This month, if it goes on",
    description: `What the month will have cost, all servers together. None on its first day. ${NEEDS}`,
    unit: "short",
    decimals: 2,
    expr: sum(of(METRIC.costForecastMonth), "currency"),
    legend: "{{currency}}",
    isNamed: true,
    none: "not yet known",
  });
}

export function budgetsNotWell(): Placeable {
  const notWell = BUDGET_STATES.filter((state) => state !== "ok").join("|");
  return stat({
    title: "Budgets not well",
    description:
      "Budgets that are exceeded, near their limit, or will be exceeded if it goes on. Needs the section cost.budgets in the config of the sidecar.",
    unit: "short",
    expr: sum(of(METRIC.costBudgetState, `state=~"${notWell}"`)),
    steps: NONE_IS_WELL,
    none: "no budgets",
  });
}

export function unpriced(): Placeable {
  return stat({
    title: "Without a price",
    description: `Things that were used today and have no price, so that all sums are too small. ${NEEDS}`,
    unit: "short",
    expr: `${sum(of(METRIC.costUnpriced, SERVER))} or 0 * ${sum(of(METRIC.costToday, SERVER))}`,
    steps: NONE_IS_BEST,
    none: "no prices",
  });
}

export function byServer(): Placeable {
  return graph({
    title: "Cost since midnight, by server",
    description: `In the currency of the price book; it begins anew each day. ${NEEDS}`,
    unit: "short",
    queries: [{ expr: sum(of(METRIC.costToday, SERVER), "server"), legend: "{{server}}" }],
    isStacked: true,
    links: [toBoard("server", "This server", "var-server=${__field.labels.server}")],
  });
}

export function byPart(): Placeable {
  return graph({
    title: "Cost since midnight, by part",
    description: `used: CPU and memory. idle: what was reserved and not used. tokens: results of calls. definitions: listings of tools. ${NEEDS}`,
    unit: "short",
    queries: [{ expr: sum(of(METRIC.costToday, SERVER), "part"), legend: "{{part}}" }],
    isStacked: true,
  });
}

export function dearestTools(): Placeable {
  const [today, month] = [METRIC.costToolToday, METRIC.costToolMonth].map((metric) =>
    sum(of(metric, SERVER), "server", "target"),
  );
  return table({
    title: "Dearest tools",
    description: `What could be put to a tool, in the currency of the price book. Click a name to open it. ${NEEDS}`,
    unit: "short",
    by: { server: "Server", target: "Tool" },
    columns: [
      { title: "This month", unit: "short", decimals: 4, expr: top(20, `${month}`) },
      { title: "Today", unit: "short", decimals: 4, expr: `${today}` },
    ],
    sortBy: "This month",
    links: {
      target: toBoard("tool", "Open this tool", "var-server=${__data.fields.Server}", "var-tool=${__value.raw}"),
    },
  });
}

export function budgets(): Placeable {
  const exceeded = [
    [null, COLOUR.green],
    [1, COLOUR.red],
  ] as const;
  return table({
    title: "Budgets",
    description:
      "How much of each budget is spent, and what will be if it goes on. Above 100 % it is exceeded. Needs the section cost.budgets in the config of the sidecar.",
    unit: "short",
    by: { budget: "Budget" },
    columns: [
      { title: "Limit", unit: "short", decimals: 2, expr: max(of(METRIC.costBudgetLimit, BUDGET), "budget") },
      {
        title: "Spent",
        unit: "percentunit",
        decimals: 0,
        steps: exceeded,
        expr: max(of(METRIC.costBudgetUsed, BUDGET), "budget"),
      },
      {
        title: "Will be",
        unit: "percentunit",
        decimals: 0,
        steps: exceeded,
        expr: max(of(METRIC.costBudgetForecast, BUDGET), "budget"),
      },
    ],
    sortBy: "Spent",
  });
}

export function tokens(): Placeable {
  const counted = of(METRIC.tokens, SERVER, 'method!="reported"');
  return graph({
    title: "Tokens",
    description:
      "Tokens per second that models read: results of calls, and definitions as they were listed. Needs the journal, which is on by default.",
    unit: "short",
    queries: [{ expr: sum(rate(counted), "server", "kind"), legend: "{{server}} {{kind}}" }],
    isStacked: true,
  });
}

export function definitions(): Placeable {
  return graph({
    title: "Tokens of the list of tools",
    description:
      "What the list of tools costs each conversation before anything was asked. It grows with every tool and every sentence of its description.",
    unit: "short",
    decimals: 0,
    queries: [{ expr: max(of(METRIC.definitionTokens, SERVER), "server"), legend: "{{server}}" }],
  });
}

export function advice(): Placeable {
  return table({
    title: "Advice",
    description:
      "What could be cheaper, and what it would save in a month: mcp-ops cost advise says how. Needs the duty cost of the sidecar.",
    unit: "short",
    by: { kind: "About" },
    columns: [
      { title: "Pieces", unit: "none", decimals: 0, expr: sum(of(METRIC.costAdvice), "kind") },
      { title: "Saves a month", unit: "short", decimals: 2, expr: sum(of(METRIC.costAdviceSaving), "kind") },
    ],
    sortBy: "Saves a month",
  });
}

export function refusedForBudget(): Placeable {
  return graph({
    title: "Refused for a budget",
    description:
      "Calls per second refused because a budget with a hard cap is used up. Needs a budget gate in the server; empty while nothing was refused.",
    unit: "cps",
    queries: [{ expr: sum(rate(of(METRIC.budgetRefused, SERVER)), "budget"), legend: "{{budget}}" }],
  });
}
