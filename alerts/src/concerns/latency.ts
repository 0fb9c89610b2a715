import { METRIC } from "@mcp-ops/formats";
import type { RuleContext } from "../context.ts";
import { CALLS } from "../promql/matchers.ts";
import type { AlertRule, RuleGroup } from "../rule.ts";

const TOOLS = 'method="tools/call"';

/** Are calls answered in time? Failed ones count as well: whoever waited, waited. */
export function latency(context: RuleContext): RuleGroup {
  const { by, over } = context;
  const p95 = (...labels: readonly string[]) =>
    `histogram_quantile(0.95, sum ${by(...labels, "le")} (rate(${METRIC.requestDuration}_bucket{${CALLS}}[${over(300)}])))`;
  return {
    name: "mcp-latency",
    rules: [
      { record: "server:mcp_request_duration_seconds:p95_5m", expr: p95("server") },
      { record: "server_target:mcp_request_duration_seconds:p95_5m", expr: p95("server", "method", "target") },
      slowServer(context),
      slowTool(context),
    ],
  };
}

function slowServer({ by, over, limit }: RuleContext): AlertRule {
  const calls = `sum ${by("server")} (increase(${METRIC.requestDuration}_count{${CALLS}}[${over(300)}]))`;
  return {
    alert: "McpServerSlowResponseTime",
    expr: `server:mcp_request_duration_seconds:p95_5m > ${limit.slowServerSeconds} and ${calls} >= ${limit.minCalls}`,
    forSeconds: 600,
    severity: "warning",
    summary: "{{ $labels.server }} takes {{ $value | humanizeDuration }} to answer.",
    description: `One of 20 calls to {{ $labels.server }} takes longer than {{ $value | humanizeDuration }} (95th percentile over ${over(300)}); ${limit.slowServerSeconds} s are allowed.`,
  };
}

function slowTool({ by, over, limit }: RuleContext): AlertRule {
  const p95 = `server_target:mcp_request_duration_seconds:p95_5m{${TOOLS}}`;
  const calls = `sum ${by("server", "method", "target")} (increase(${METRIC.requestDuration}_count{${TOOLS}}[${over(300)}]))`;
  return {
    alert: "McpToolSlowResponseTime",
    expr: `${p95} > ${limit.slowToolSeconds} and ${calls} >= ${limit.minCalls}`,
    forSeconds: 600,
    severity: "warning",
    summary: "The tool {{ $labels.target }} of {{ $labels.server }} takes {{ $value | humanizeDuration }}.",
    description: `One of 20 calls of {{ $labels.target }} takes longer than {{ $value | humanizeDuration }} (95th percentile over ${over(300)}); ${limit.slowToolSeconds} s are allowed.`,
  };
}
