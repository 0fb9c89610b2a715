import { METRIC } from "@mcp-ops/formats";
import type { RuleContext } from "../context.ts";
import { SHOWN_BY_ALL } from "../promql/ours.ts";
import type { AlertRule, RuleGroup } from "../rule.ts";

const DAY_SECONDS = 86_400;

/** Is there anything to go by? Alerts about figures are silent where there are none. */
export function absent(context: RuleContext): RuleGroup {
  return { name: "mcp-absent", rules: [targetDown, metricsAbsent].map((rule) => rule(context)) };
}

/**
 * A target is ours when it showed a figure of ours within a day. Where it was a node of a failover group it carries that label, so
 * that an alert about the failover can inhibit it; of two groups it has been in it takes one, because two would be an error.
 */
function targetDown({ by, on, over }: RuleContext): AlertRule {
  const ofADay = SHOWN_BY_ALL.map((metric) => `last_over_time(${metric}[${over(DAY_SECONDS)}])`).join(" or ");
  const isDown = `(up == 0 and ${on("instance")} group ${by("instance")} (${ofADay}))`;
  const groups = `group ${by("instance", "group")} (last_over_time(${METRIC.failoverIsLeader}[${over(DAY_SECONDS)}]))`;
  const group = `topk ${by("instance")} (1, ${groups})`;
  return {
    alert: "McpTargetDown",
    expr: `${isDown} * ${on("instance")} group_left (group) ${group} or ${on("instance")} ${isDown}`,
    forSeconds: 180,
    severity: "critical",
    summary: "{{ $labels.instance }} cannot be scraped.",
    description:
      "Prometheus gets no metrics from {{ $labels.instance }} (job {{ $labels.job }}), which showed a server or a sidecar of ours within the last day. Whether they work is not known.",
  };
}

function metricsAbsent(): AlertRule {
  return {
    alert: "McpMetricsAbsent",
    expr: SHOWN_BY_ALL.map((metric) => `absent(${metric})`).join(" and "),
    forSeconds: 600,
    severity: "critical",
    summary: "No MCP server and no sidecar shows metrics.",
    description: "Prometheus has no metric of mcp-ops from anywhere, so that all its other alerts are silent.",
  };
}
