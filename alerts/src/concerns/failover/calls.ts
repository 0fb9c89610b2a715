import { METRIC } from "@mcp-ops/formats";
import type { RuleContext } from "../../context.ts";
import type { AlertRule } from "../../rule.ts";

/** What became of calls and writes while the lead changed? */
export function calls(context: RuleContext): readonly AlertRule[] {
  return [fencedWrites(context), callsLost(context), turnedAway(context)];
}

function fencedWrites({ by, events }: RuleContext): AlertRule {
  const refused = events(METRIC.fencedWrites, 900);
  return {
    alert: "McpFailoverFencedWrites",
    expr: `sum ${by("instance", "server", "by")} (${refused}) > 0`,
    forSeconds: 60,
    severity: "warning",
    summary: "Writes of a node that leads no more were refused ({{ $labels.by }}, {{ $labels.instance }}).",
    description:
      'Writes refused for an old fencing token in 15 minutes: {{ $value | printf "%.0f" }}. The data are sound; a node went on that had lost the lead, and the calls behind these writes failed.',
  };
}

function callsLost({ by, events, limit }: RuleContext): AlertRule {
  const lost = events(METRIC.followLost, 900);
  return {
    alert: "McpFollowCallsLost",
    expr: `sum ${by("instance", "server")} (${lost}) >= ${limit.followLostCalls}`,
    forSeconds: 60,
    severity: "warning",
    summary: 'Calls whose answer was lost with a node: {{ $value | printf "%.0f" }}.',
    description:
      'Answers that the proxy at {{ $labels.instance }} lost in 15 minutes, because a node ended while calls were under way: {{ $value | printf "%.0f" }}. These calls may have run, and were not sent again.',
  };
}

function turnedAway({ by, events, limit }: RuleContext): AlertRule {
  const away = events(METRIC.followTurnedAway, 900);
  return {
    alert: "McpFollowTurnedAway",
    expr: `sum ${by("instance", "server", "why")} (${away}) >= ${limit.followTurnedAwayCalls}`,
    forSeconds: 60,
    severity: "warning",
    summary: 'Calls turned away because nobody led: {{ $value | printf "%.0f" }}.',
    description:
      'Calls that the proxy at {{ $labels.instance }} turned away in 15 minutes, for want of {{ $labels.why }}: {{ $value | printf "%.0f" }}. Nobody led for longer than it holds calls, or too many waited; nothing of them was done.',
  };
}
