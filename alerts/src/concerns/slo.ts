import { METRIC } from "@mcp-ops/formats";
import type { RuleContext } from "../context.ts";
import type { AlertRule, RuleGroup } from "../rule.ts";

/**
 * Are promises kept? By the rates that the sidecar works out of its own records: where there were too few events to tell, it shows none, and
 * nothing fires. `mcp-ops slo rules` makes the same from counters, with the factors of each objective.
 */
export function slo(context: RuleContext): RuleGroup {
  return { name: "mcp-slo", rules: [burnsFast(context), burnsSlowly(context), ...promises(context)] };
}

/** One objective on one machine: rates of several must not be mixed. */
const OBJECTIVE = ["instance", "objective", "server", "kind"] as const;

/** Faster than the factor over a long and a short window. */
function burns({ by }: RuleContext, long: string, short: string, factor: number): string {
  const rate = (window: string) => `max ${by(...OBJECTIVE)} (${METRIC.sloBurnRate}{window="${window}"})`;
  return `${rate(long)} > ${factor} and ${rate(short)} > ${factor}`;
}

function burnsFast(context: RuleContext): AlertRule {
  const { sloPageBurn1h, sloPageBurn6h } = context.limit;
  return {
    alert: "McpSloBurnsFast",
    expr: `${burns(context, "1h", "5m", sloPageBurn1h)}\nor ${burns(context, "6h", "30m", sloPageBurn6h)}`,
    forSeconds: 120,
    severity: "critical",
    ...burnTexts(`${sloPageBurn1h} over 1 h and 5 m, or ${sloPageBurn6h} over 6 h and 30 m`),
  };
}

function burnsSlowly(context: RuleContext): AlertRule {
  const { sloTicketBurn1d, sloTicketBurn3d } = context.limit;
  return {
    alert: "McpSloBurnsSlowly",
    expr: `${burns(context, "1d", "2h", sloTicketBurn1d)}\nor ${burns(context, "3d", "6h", sloTicketBurn3d)}`,
    forSeconds: 3_600,
    severity: "warning",
    ...burnTexts(`${sloTicketBurn1d} over 1 d and 2 h, or ${sloTicketBurn3d} over 3 d and 6 h`),
  };
}

/** What the alerts of a burn rate say; those of `mcp-ops slo rules` say it, too. */
export function burnTexts(limits: string): Pick<AlertRule, "summary" | "description"> {
  return {
    summary:
      'The error budget of {{ $labels.objective }} burns {{ $value | printf "%.1f" }} times faster than allowed.',
    description: `{{ $labels.objective }} ({{ $labels.kind }} of {{ $labels.server }}) breaks its promise {{ $value | printf "%.1f" }} times faster than it may; told from ${limits}.`,
  };
}

/** What has no rate to go by. */
export function promises({ by, on }: RuleContext): readonly AlertRule[] {
  const objective = by(...OBJECTIVE);
  const same = on(...OBJECTIVE);
  const is = (state: string) => `max ${objective} (${METRIC.sloState}{state="${state}"}) == 1`;
  const rate = (window: string) => `max ${objective} (${METRIC.sloBurnRate}{window="${window}"})`;
  return [
    {
      alert: "McpSloMissed",
      expr: is("missed"),
      forSeconds: 300,
      severity: "warning",
      summary: "{{ $labels.objective }} is missed.",
      description:
        "More was bad than {{ $labels.objective }} ({{ $labels.kind }} of {{ $labels.server }}) allows in its window: the error budget is used up.",
    },
    {
      alert: "McpSloFewEventsAllBad",
      expr: [
        is("at-risk"),
        `unless ${same} ${rate("1d")}`,
        `unless ${same} (${rate("3d")} > 1 and ${same} ${rate("6h")} > 1)`,
      ].join("\n"),
      forSeconds: 300,
      severity: "warning",
      summary: "All of the few events of {{ $labels.objective }} were bad.",
      description:
        "Within a day {{ $labels.server }} had too few events for a rate of {{ $labels.objective }} ({{ $labels.kind }}), and all of them were bad: three at least.",
    },
  ];
}
