import { BURN_WINDOWS, type BurnWindow, METRIC } from "@mcp-ops/formats";
import { type BurnAlert, burnAlerts, type Objective } from "@mcp-ops/slo";
import { burnTexts, promises } from "./concerns/slo.ts";
import { type RuleContext, type RuleOptions, ruleContext } from "./context.ts";
import type { AlertRule, RecordingRule, RuleGroup } from "./rule.ts";

/**
 * Rules for the objectives of a config, to be loaded in place of `slo.yaml`: with the factors of each one's window, over all machines together,
 * and from counters, so that Prometheus' own memory tells how long something has gone on.
 */
export function objectiveGroups(objectives: readonly Objective[], options: RuleOptions = {}): readonly RuleGroup[] {
  const context = ruleContext(options);
  const burning = { name: "mcp-slo-objectives", rules: burnRules(objectives, context) };
  const rest = { name: "mcp-slo", rules: promises(context) };
  return objectives.length === 0 ? [rest] : [burning, rest];
}

/** Alerts of a window that an objective is too low for: they would not fire if everything failed. */
export function leftOutAlerts({ window, alerts }: Objective): readonly BurnAlert[] {
  return burnAlerts(window).filter(({ factor }) => !alerts.some((alert) => alert.factor === factor));
}

function burnRules(objectives: readonly Objective[], context: RuleContext): readonly (RecordingRule | AlertRule)[] {
  const alerts = objectives.flatMap((objective) => objective.alerts);
  const longs = new Set(alerts.map(({ long }) => long));
  const all = new Set([...longs, ...alerts.map(({ short }) => short)]);
  const windows = (Object.keys(BURN_WINDOWS) as BurnWindow[]).filter((window) => all.has(window));
  return [
    badEvents(),
    ...windows.map((window) => errorRatio(window, context)),
    ...windows.filter((window) => longs.has(window)).map((window) => eventCount(window, context)),
    ...objectives.flatMap((objective) => alertsOf(objective)),
  ];
}

const LABELS = ["objective", "server", "kind"] as const;
const BAD = "instance_objective:mcp_slo_bad_events:total";
const ratioName = (window: BurnWindow) => `objective:mcp_slo_errors:ratio_rate${window}`;
const countName = (window: BurnWindow) => `objective:mcp_slo_events:increase${window}`;

/**
 * A counter of its own: `rate` lengthens a young counter to where it was 0, events and good events by different parts, and their difference would
 * then be bad events that never were.
 */
function badEvents(): RecordingRule {
  return { record: BAD, expr: `${METRIC.sloEvents} - ${METRIC.sloGoodEvents}` };
}

function errorRatio(window: BurnWindow, { by, over }: RuleContext): RecordingRule {
  const rate = (counter: string) => `sum ${by(...LABELS)} (rate(${counter}[${over(BURN_WINDOWS[window] * 60)}]))`;
  return { record: ratioName(window), expr: `${rate(BAD)} / ${rate(METRIC.sloEvents)}` };
}

function eventCount(window: BurnWindow, { by, over }: RuleContext): RecordingRule {
  const expr = `sum ${by(...LABELS)} (increase(${METRIC.sloEvents}[${over(BURN_WINDOWS[window] * 60)}]))`;
  return { record: countName(window), expr };
}

const KINDS = [
  { of: "page", alert: "McpSloBurnsFast", severity: "critical", forSeconds: 120 },
  { of: "ticket", alert: "McpSloBurnsSlowly", severity: "warning", forSeconds: 3_600 },
] as const;

function alertsOf(objective: Objective): readonly AlertRule[] {
  return KINDS.flatMap(({ of, ...rule }) => {
    const alerts = objective.alerts.filter(({ severity }) => severity === of);
    if (alerts.length === 0) return [];
    const expr = alerts.map((alert) => burns(objective, alert)).join("\nor\n");
    const limits = alerts.map(({ factor, long, short }) => `${factor} over ${long} and ${short}`).join(", or ");
    return [{ ...rule, expr, labels: { objective: objective.name }, ...burnTexts(limits) }];
  });
}

/** Faster than the factor over both windows, with enough events in the long one; the value is how many times faster than allowed. */
function burns({ name, server, budgetPpm, minEvents }: Objective, { long, short, factor }: BurnAlert): string {
  const labels = `{objective=${JSON.stringify(name)},server=${JSON.stringify(server)}}`;
  const rate = (window: BurnWindow) => `${ratioName(window)}${labels} / ${budgetPpm / 1e6} > ${factor}`;
  return `(\n  ${rate(long)}\n  and ${rate(short)}\n  and ${countName(long)}${labels} >= ${minEvents}\n)`;
}
