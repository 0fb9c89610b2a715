import { ADVICE_KINDS, type Advice, type LostCounts, type Outlook } from "@mcp-ops/cost";
import {
  BUDGET_STATES,
  type BudgetState,
  COST_PARTS,
  type CostDay,
  LEDGER_LOST,
  METRIC,
  OTHER,
  type ServerCost,
} from "@mcp-ops/formats";
import { convert } from "../exposition/convert.ts";
import type { Family, Format } from "../exposition/family.ts";
import { type Figure, own } from "../exposition/own.ts";

/** What the page shows of the ledger, in money. */
export interface CostFacts {
  readonly currency: string;
  readonly today: CostDay | undefined;
  /** All of this month, today's among them. */
  readonly month: readonly CostDay[];
  readonly outlooks: readonly Outlook[];
  readonly budgets: readonly BudgetState[];
  readonly advice: readonly Advice[];
  /** Since the ledger was opened. */
  readonly lost: LostCounts;
}

/** The ledger may know many more, over a month; each is a series for every part. */
const MAX_SERVERS = 100;
const MAX_TOOLS = 200;

export function costFamilies(facts: CostFacts, format: Format): readonly Family[] {
  const { currency, today, month, outlooks } = facts;
  const day = today === undefined ? [] : [today];
  const forecastOf = (period: Outlook["period"]) =>
    outlooks.filter((one) => one.period === period && one.server === "").map((one) => one.forecastMicroUnits);
  const kept = keptOf(month);
  const money = (name: string, amounts: readonly (number | undefined)[]) =>
    own(
      name,
      amounts.flatMap((amount) => (amount === undefined ? [] : [{ labels: { currency }, value: units(amount) }])),
    );
  const families = [
    own(METRIC.costToday, partFigures(day, kept.servers, currency)),
    own(METRIC.costMonth, partFigures(month, kept.servers, currency)),
    own(METRIC.costToolToday, toolFigures(day, kept.tools, currency)),
    own(METRIC.costToolMonth, toolFigures(month, kept.tools, currency)),
    money(METRIC.costMachineIdleToday, [sumOf(day, ({ machineIdle }) => machineIdle)]),
    money(METRIC.costMachineIdleMonth, [sumOf(month, ({ machineIdle }) => machineIdle)]),
    money(METRIC.costForecastToday, forecastOf("day")),
    money(METRIC.costForecastMonth, forecastOf("month")),
    own(METRIC.costUnpriced, unpricedFigures(day, kept.servers)),
    ...budgetFamilies(facts.budgets, currency),
    ...adviceFamilies(facts.advice, currency),
    own(
      METRIC.ledgerLost,
      LEDGER_LOST.map((why) => ({ labels: { why }, value: facts.lost[why] })),
    ),
  ];
  return families.flatMap((family) => convert(family, "classic", format));
}

interface Kept {
  readonly servers: ReadonlySet<string>;
  readonly tools: ReadonlySet<string>;
}

/** Those with series of their own: the dearest of the month. */
function keptOf(month: readonly CostDay[]): Kept {
  const servers = new Sums();
  const tools = new Sums();
  for (const server of month.flatMap((day) => day.servers)) {
    servers.add([server.server], server.microUnits);
    for (const tool of server.tools) tools.add([server.server, tool.target], tool.microUnits);
  }
  return { servers: servers.dearest(MAX_SERVERS), tools: tools.dearest(MAX_TOOLS) };
}

function partFigures(days: readonly CostDay[], kept: ReadonlySet<string>, currency: string): readonly Figure[] {
  const sums = new Sums();
  for (const server of days.flatMap((day) => day.servers)) {
    for (const part of COST_PARTS) sums.add([nameIn(kept, server), part], server[part]);
  }
  return sums.figures((server = "", part = "") => ({ server, part, currency }));
}

function toolFigures(days: readonly CostDay[], kept: ReadonlySet<string>, currency: string): readonly Figure[] {
  const sums = new Sums();
  for (const { server, tools } of days.flatMap((day) => day.servers)) {
    for (const { target, microUnits } of tools) {
      const isKept = kept.has(JSON.stringify([server, target]));
      sums.add(isKept ? [server, target] : [OTHER, OTHER], microUnits);
    }
  }
  return sums.figures((server = "", target = "") => ({ server, target, currency }));
}

function unpricedFigures(days: readonly CostDay[], kept: ReadonlySet<string>): readonly Figure[] {
  const pairs = days.flatMap((day) =>
    day.servers.flatMap((server) => server.unpriced.map((thing) => JSON.stringify([nameIn(kept, server), thing]))),
  );
  return [...new Set(pairs)].map((pair) => {
    const [server, thing] = JSON.parse(pair) as [string, string];
    return { labels: { server, thing }, value: 1 };
  });
}

function nameIn(kept: ReadonlySet<string>, { server }: ServerCost): string {
  return kept.has(JSON.stringify([server])) ? server : OTHER;
}

function budgetFamilies(budgets: readonly BudgetState[], currency: string): readonly Family[] {
  const share = (amount: number, { limitMicroUnits }: BudgetState) => amount / limitMicroUnits;
  return [
    own(
      METRIC.costBudgetLimit,
      budgets.map(({ name, limitMicroUnits }) => ({
        labels: { budget: name, currency },
        value: units(limitMicroUnits),
      })),
    ),
    own(
      METRIC.costBudgetUsed,
      budgets.map((one) => ({ labels: { budget: one.name }, value: share(one.spentMicroUnits, one) })),
    ),
    own(
      METRIC.costBudgetForecast,
      budgets.flatMap((one) =>
        one.forecastMicroUnits === undefined
          ? []
          : [{ labels: { budget: one.name }, value: share(one.forecastMicroUnits, one) }],
      ),
    ),
    own(
      METRIC.costBudgetState,
      budgets.flatMap(({ name, state: is }) =>
        BUDGET_STATES.map((state) => ({ labels: { budget: name, state }, value: state === is ? 1 : 0 })),
      ),
    ),
  ];
}

function adviceFamilies(advice: readonly Advice[], currency: string): readonly Family[] {
  const advised = advice.filter(({ state }) => state === "advised");
  const of = (kind: string) => advised.filter((one) => one.kind === kind);
  return [
    own(
      METRIC.costAdvice,
      ADVICE_KINDS.map((kind) => ({ labels: { kind }, value: of(kind).length })),
    ),
    own(
      METRIC.costAdviceSaving,
      ADVICE_KINDS.map((kind) => ({
        labels: { kind, currency },
        value: units(sumOf(of(kind), ({ savingMicroUnitsPerMonth = 0 }) => savingMicroUnitsPerMonth)),
      })),
    ),
  ];
}

/** Amounts by words. */
class Sums {
  readonly #sums: Map<string, number> = new Map();

  add(words: readonly string[], amount: number): void {
    const key = JSON.stringify(words);
    this.#sums.set(key, (this.#sums.get(key) ?? 0) + amount);
  }

  /** Keys of the largest. */
  dearest(most: number): ReadonlySet<string> {
    const all = [...this.#sums].sort(([, a], [, b]) => b - a);
    return new Set(all.slice(0, most).map(([key]) => key));
  }

  figures(labelsOf: (...words: string[]) => Readonly<Record<string, string>>): readonly Figure[] {
    return [...this.#sums].map(([key, amount]) => ({
      labels: labelsOf(...(JSON.parse(key) as string[])),
      value: units(amount),
    }));
  }
}

function sumOf<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((sum, one) => sum + of(one), 0);
}

/** In units of the currency, as Prometheus wants its units whole. */
function units(microUnits: number): number {
  return microUnits / 1e6;
}
