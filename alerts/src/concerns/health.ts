import { HEALTH_STATUS_VALUES, METRIC, OVERALL_CHECK } from "@mcp-ops/formats";
import type { RuleContext } from "../context.ts";
import type { AlertRule, RuleGroup } from "../rule.ts";
import { WHO } from "../who.ts";

const OVERALL = `${METRIC.healthStatus}{check="${OVERALL_CHECK}"}`;

/** What do the health checks of the servers say? */
export function health(context: RuleContext): RuleGroup {
  return { name: "mcp-health", rules: [unhealthy, degraded, checkFailing].map((rule) => rule(context)) };
}

function unhealthy({ by }: RuleContext): AlertRule {
  return {
    alert: "McpServerUnhealthy",
    expr: `min ${by("instance", "server")} (${OVERALL}) == ${HEALTH_STATUS_VALUES.unhealthy}`,
    forSeconds: 120,
    severity: "critical",
    summary: `${WHO} is unhealthy.`,
    description: `${WHO} is not ready, because a critical health check is down: load balancers turn away from it.`,
  };
}

function degraded({ by }: RuleContext): AlertRule {
  return {
    alert: "McpServerDegraded",
    expr: `min ${by("instance", "server")} (${OVERALL}) == ${HEALTH_STATUS_VALUES.degraded}`,
    forSeconds: 900,
    severity: "warning",
    summary: `${WHO} is degraded.`,
    description: `${WHO} serves, with something missing: an optional health check is down.`,
  };
}

function checkFailing({ by }: RuleContext): AlertRule {
  return {
    alert: "McpHealthCheckFailing",
    expr: `min ${by("instance", "server", "check")} (${METRIC.healthStatus}{check!="${OVERALL_CHECK}"}) == 0`,
    forSeconds: 300,
    severity: "warning",
    summary: `${WHO} fails its health check {{ $labels.check }}.`,
    description: `${WHO} has failed its health check {{ $labels.check }} for 5 minutes.`,
  };
}
