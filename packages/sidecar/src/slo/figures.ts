import { METRIC, SLO_STATES, type SloState } from "@mcp-ops/formats";
import { convert } from "../exposition/convert.ts";
import type { Family, Format } from "../exposition/family.ts";
import { type Figure, own } from "../exposition/own.ts";
import type { Series } from "./books/series.ts";
import type { Watch } from "./watch.ts";

/** What the page shows of the objectives. A rate that cannot be told is not there: a zero would say that all is well. */
export function sloFamilies({ document, books }: Watch, format: Format): readonly Family[] {
  const states = document.objectives;
  const open = books.series.open;
  const gauge = (name: string, figureOf: (state: SloState) => number | undefined) => {
    return own(
      name,
      states.flatMap((state) => figure(state, figureOf(state))),
    );
  };
  const families = [
    gauge(METRIC.sloObjective, ({ objective }) => objective),
    own(
      METRIC.sloEvents,
      open.map((series) => counter(series, books.series.counted(series), true)),
    ),
    own(
      METRIC.sloGoodEvents,
      open.map((series) => counter(series, books.series.counted(series), false)),
    ),
    gauge(METRIC.sloBudgetRemaining, ({ budgetRemaining }) => budgetRemaining),
    own(METRIC.sloBurnRate, states.flatMap(burnRates)),
    own(METRIC.sloState, states.flatMap(words)),
  ];
  return families.flatMap((family) => convert(family, "classic", format));
}

function figure(
  state: Named,
  value: number | undefined,
  more: Readonly<Record<string, string>> = {},
): readonly Figure[] {
  return value === undefined ? [] : [{ labels: { ...labelsOf(state), ...more }, value }];
}

function counter(
  { objective }: Series,
  { good, bad }: { readonly good: number; readonly bad: number },
  all: boolean,
): Figure {
  return { labels: labelsOf(objective), value: all ? good + bad : good };
}

function burnRates(state: SloState): readonly Figure[] {
  return Object.entries(state.burnRates).flatMap(([window, rate]) => figure(state, rate, { window }));
}

function words(state: SloState): readonly Figure[] {
  return SLO_STATES.flatMap((word) => figure(state, word === state.state ? 1 : 0, { state: word }));
}

type Named = Pick<SloState, "name" | "server" | "kind">;

function labelsOf({ name, server, kind }: Named): Readonly<Record<string, string>> {
  return { objective: name, server, kind };
}
