import { METRIC } from "@mcp-ops/formats";
import type { RuleContext } from "../context.ts";
import type { RuleGroup } from "../rule.ts";

/** Do calls succeed? Only failures that are the server's fault count: a client's mistakes wake nobody. */
export function availability({ by, over, limit }: RuleContext): RuleGroup {
  const window = over(300);
  return {
    name: "mcp-availability",
    rules: [
      {
        record: "server:mcp_requests:increase5m",
        expr: `sum ${by("server")} (increase(${METRIC.requests}[${window}]))`,
      },
      {
        record: "server:mcp_server_errors:ratio_rate5m",
        expr: `sum ${by("server")} (rate(${METRIC.errors}{category="server"}[${window}])) / sum ${by("server")} (rate(${METRIC.requests}[${window}]))`,
      },
      {
        alert: "McpServerHighErrorRate",
        expr: `server:mcp_server_errors:ratio_rate5m > ${limit.serverErrorRatio} and server:mcp_requests:increase5m >= ${limit.minCalls}`,
        forSeconds: 300,
        severity: "warning",
        summary: "{{ $labels.server }} fails {{ $value | humanizePercentage }} of its calls.",
        description: `Of the calls to {{ $labels.server }} in 5 minutes, {{ $value | humanizePercentage }} failed by the fault of the server; ${limit.serverErrorRatio * 100} % are allowed.`,
      },
    ],
  };
}
