import { BURN_WINDOWS, type BurnWindow } from "@mcp-ops/formats";
import { burnAlerts } from "@mcp-ops/slo";
import { STEPS, type Step, type Story } from "./objective-stories.ts";

/** Of all windows the shortest, and so often Prometheus scrapes and evaluates here: a window of n steps is exactly n increases. */
export const STEP_MINUTES = 5;
/** For so many steps it has to be so before it fires. */
const FOR_STEPS = { McpSloBurnsFast: 1, McpSloBurnsSlowly: 12 } as const;

export type Alert = keyof typeof FOR_STEPS;
export const ALERTS: readonly Alert[] = ["McpSloBurnsFast", "McpSloBurnsSlowly"];

/** What fires at a step, by the names of objectives. */
export interface Moment {
  readonly at: number;
  readonly fires: readonly { readonly alert: Alert; readonly name: string }[];
}

/** What fires at which step, by adding up: at every step at which something begins or ends, the one before, and some others. */
export function momentsOf(stories: readonly Story[]): readonly Moment[] {
  const lines = stories.flatMap((one) =>
    ALERTS.map((alert) => ({ alert, name: one.objective.name, ...lineOf(one, alert) })),
  );
  const turns = lines.flatMap(({ firing }) =>
    firing.flatMap((now, at) => (now === (firing[at - 1] ?? false) ? [] : [at - 1, at])),
  );
  const all = [
    ...new Set([...turns, ...Array.from({ length: 40 }, (_, index) => Math.floor((index * STEPS) / 40))]),
  ].sort((a, b) => a - b);
  return all
    .filter((at) => at >= 0 && !lines.some(({ unsure }) => unsure.has(at)))
    .map((at) => ({ at, fires: lines.filter(({ firing }) => firing[at]).map(({ alert, name }) => ({ alert, name })) }));
}

/** Whether an alert fires at each step; `unsure` where a rate is just its limit, which floats tell in one way or the other. */
function lineOf({ objective: promised, steps }: Story, alert: Alert) {
  const severity = alert === "McpSloBurnsFast" ? "page" : "ticket";
  const pairs = burnAlerts(promised.window).filter((pair) => pair.severity === severity);
  const unsure = new Set<number>();
  let row = 0;
  const firing = steps.map((_, at) => {
    const burns = pairs.map(({ long, short, factor }) => {
      const [over, still] = [sumOf(steps, at, long), sumOf(steps, at, short)];
      const rates = [over, still].map(({ events, bad }) => (bad * 1e6) / (events * promised.budgetPpm));
      if (rates.some((rate) => Math.abs(rate / factor - 1) < 1e-9))
        for (let later = at; later <= at + 2 * FOR_STEPS[alert]; later++) unsure.add(later);
      return over.events >= promised.minEvents && rates.every((rate) => rate > factor);
    });
    row = burns.includes(true) ? row + 1 : 0;
    return row > FOR_STEPS[alert];
  });
  return { firing, unsure };
}

function sumOf(steps: readonly Step[], at: number, window: BurnWindow): Step {
  const from = Math.max(0, at + 1 - BURN_WINDOWS[window] / STEP_MINUTES);
  return steps
    .slice(from, at + 1)
    .reduce((sum, { events, bad }) => ({ events: sum.events + events, bad: sum.bad + bad }));
}
