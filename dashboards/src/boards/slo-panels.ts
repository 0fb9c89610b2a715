import { type BurnWindow, METRIC, SLO_STATES } from "@mcp-ops/formats";
import { COLOUR } from "../colours.ts";
import { toBoard, toServer } from "../links.ts";
import { graph } from "../panels/graph.ts";
import type { Placeable, Steps } from "../panels/panel.ts";
import { NONE_IS_BEST, NONE_IS_WELL, stat } from "../panels/stat.ts";
import { table } from "../panels/table.ts";
import { timeline } from "../panels/timeline.ts";
import { increase, max, min, of, rate, SERVER, SHOWN, sum } from "../queries.ts";
import type { StateWords } from "../words.ts";

type State = (typeof SLO_STATES)[number];

const CHOSEN = [SERVER, 'objective=~"$objective"'];
const EACH = ["objective", "server", "kind"];
const LEGEND = "{{objective}}";
const NEEDS = "Needs the section slo in the config of the sidecar.";

/** Its word and its colour wherever a state is shown. */
const STATE: Readonly<Record<State, readonly [title: string, colour: string, steps: Steps]>> = {
  met: ["Met", COLOUR.green, [[null, COLOUR.blue]]],
  "at-risk": ["At risk", COLOUR.yellow, NONE_IS_BEST],
  missed: ["Missed", COLOUR.red, NONE_IS_WELL],
  "not enough data": ["Too few events", COLOUR.grey, [[null, COLOUR.blue]]],
};

const OVERDRAWN: Steps = [
  [null, COLOUR.red],
  [0, COLOUR.green],
];

export function inState(state: State): Placeable {
  const [title, , steps] = STATE[state];
  return stat({
    title,
    description: `Objectives that are “${state}”, as the sidecar says. What that means: docs/slo.md. ${NEEDS}`,
    unit: "short",
    expr: sum(of(METRIC.sloState, ...CHOSEN, `state="${state}"`)),
    steps,
    none: "no objectives",
  });
}

export function leastBudget(): Placeable {
  return stat({
    title: "Least budget left",
    description: `Share of the error budget that is left, of the objective that has least. Below nought it is overdrawn. ${NEEDS}`,
    unit: "percentunit",
    decimals: 0,
    expr: min(of(METRIC.sloBudgetRemaining, ...CHOSEN)),
    steps: OVERDRAWN,
    none: "no events",
  });
}

export function fastestBurn(): Placeable {
  return stat({
    title: "Fastest burn, 1 h",
    description: `How many times faster than allowed a budget burnt within the last hour, of the objective that burns fastest. ${NEEDS}`,
    unit: "short",
    decimals: 1,
    expr: max(of(METRIC.sloBurnRate, ...CHOSEN, 'window="1h"')),
    none: "too few events",
  });
}

export function objectives(): Placeable {
  const each = (metric: string, ...matchers: readonly string[]) => max(of(metric, ...CHOSEN, ...matchers), ...EACH);
  const burnt = (window: BurnWindow) => each(METRIC.sloBurnRate, `window="${window}"`);
  return table({
    title: "Objectives",
    description: `What is promised, and how it stands over the window of each objective. Click a server to open it. ${NEEDS}`,
    unit: "short",
    by: { objective: "Objective", server: "Server", kind: "Kind" },
    columns: [
      { title: "Promised", unit: "percentunit", decimals: 2, expr: each(METRIC.sloObjective) },
      {
        title: "Budget left",
        unit: "percentunit",
        decimals: 1,
        steps: OVERDRAWN,
        expr: each(METRIC.sloBudgetRemaining),
      },
      { title: "Burn, 5 min", unit: "short", decimals: 1, expr: burnt("5m") },
      { title: "Burn, 1 h", unit: "short", decimals: 1, expr: burnt("1h") },
      { title: "Burn, 6 h", unit: "short", decimals: 1, expr: burnt("6h") },
      { title: "Burn, 3 d", unit: "short", decimals: 1, expr: burnt("3d") },
    ],
    sortBy: "Burn, 1 h",
    links: { server: toBoard("server", "Open this server", "var-server=${__value.raw}") },
  });
}

export function budgets(): Placeable {
  return graph({
    title: "Error budget left",
    description: `Of the window of each objective; below nought it is overdrawn. None without events. ${NEEDS}`,
    unit: "percentunit",
    queries: [{ expr: max(of(METRIC.sloBudgetRemaining, ...CHOSEN), ...EACH), legend: LEGEND }],
    links: [toServer()],
  });
}

/** A number for each state, so that one line can say which. */
export function states(): Placeable {
  const words: StateWords = Object.fromEntries(
    SLO_STATES.map((state, index) => [index, [STATE[state][0], STATE[state][1]] as const]),
  );
  const numbered = SLO_STATES.map(
    (state, index) => `${index} * (${max(of(METRIC.sloState, ...CHOSEN, `state="${state}"`), "objective")} == 1)`,
  );
  return timeline({
    title: "How objectives stood",
    description: `What the sidecar said of each objective, and when. ${NEEDS}`,
    unit: "short",
    queries: [{ expr: numbered.join(" or "), legend: LEGEND }],
    words,
  });
}

export function burn(window: BurnWindow): Placeable {
  return graph({
    title: `Burn rate over ${window}`,
    description: `How many times faster than allowed the budget burnt; 1 uses it up exactly at the end of the window. None where there are too few events to tell. ${NEEDS}`,
    unit: "short",
    decimals: 1,
    softMax: 1,
    queries: [{ expr: max(of(METRIC.sloBurnRate, ...CHOSEN, `window="${window}"`), ...EACH), legend: LEGEND }],
    links: [toServer()],
  });
}

/** Events are judged by the minute: a shorter range would have none. */
export function goodShare(): Placeable {
  const over = (metric: string) => sum(increase(of(metric, ...CHOSEN), SHOWN), ...EACH);
  return table({
    title: "Good events",
    description: `Events that were judged in the time shown, and the share that was good: calls, or minutes of availability. ${NEEDS}`,
    unit: "short",
    by: { objective: "Objective", server: "Server", kind: "Kind" },
    columns: [
      { title: "Events", unit: "none", decimals: 0, expr: over(METRIC.sloEvents) },
      {
        title: "Good",
        unit: "percentunit",
        decimals: 2,
        expr: `${over(METRIC.sloGoodEvents)} / (${over(METRIC.sloEvents)} > 0)`,
      },
    ],
    sortBy: "Events",
    links: { server: toBoard("server", "Open this server", "var-server=${__value.raw}") },
  });
}

export function events(): Placeable {
  const perSecond = (metric: string) => rate(of(metric, ...CHOSEN));
  return graph({
    title: "Events judged",
    description: `Per second: calls, or minutes of availability. They are judged two minutes after they ended. ${NEEDS}`,
    unit: "cps",
    queries: [
      { expr: sum(perSecond(METRIC.sloGoodEvents), "objective"), legend: "{{objective}} good" },
      { expr: sum(perSecond(METRIC.sloEvents), "objective"), legend: "{{objective}} all" },
    ],
  });
}
