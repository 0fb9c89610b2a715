import { METRIC } from "@mcp-ops/formats";
import { percentText } from "../amounts.ts";
import type { RuleContext } from "../context.ts";
import { CALLS, IS_ANSWERED, IS_JUDGED } from "../promql/matchers.ts";
import type { AlertRule, RuleGroup } from "../rule.ts";

const FAILED = 'category="server"';
const TOOL = 'method="tools/call",target!="_other"';

/** Do calls succeed? Only failures that are the server's fault count: a client's mistakes wake nobody. */
export function availability(context: RuleContext): RuleGroup {
  const { by, over } = context;
  const window = over(300);
  const judged = `${METRIC.requests}{${CALLS},${IS_JUDGED}}[${window}]`;
  return {
    name: "mcp-availability",
    rules: [
      {
        record: "server:mcp_judged_calls:increase5m",
        expr: `sum ${by("server")} (increase(${judged}))`,
      },
      {
        record: "server:mcp_errors:ratio_rate5m",
        expr: `sum ${by("server")} (rate(${METRIC.errors}{${CALLS},${FAILED}}[${window}])) / sum ${by("server")} (rate(${judged}))`,
      },
      highErrorRate(context),
      mostCallsFailing(context),
      toolFailingForEveryone(context),
      toolFewCallsAllFailing(context),
      answersLost(context),
    ],
  };
}

function highErrorRate({ limit, over }: RuleContext): AlertRule {
  return {
    alert: "McpServerHighErrorRate",
    expr: `server:mcp_errors:ratio_rate5m > ${limit.serverErrorRatio} and server:mcp_judged_calls:increase5m >= ${limit.minCalls}`,
    forSeconds: 300,
    severity: "warning",
    summary: "{{ $labels.server }} fails {{ $value | humanizePercentage }} of its calls.",
    description: `Of the calls to {{ $labels.server }} in ${over(300)}, {{ $value | humanizePercentage }} failed by the fault of the server; ${percentText(limit.serverErrorRatio)} are allowed.`,
  };
}

function mostCallsFailing({ limit, over }: RuleContext): AlertRule {
  return {
    alert: "McpServerMostCallsFailing",
    expr: `server:mcp_errors:ratio_rate5m > ${limit.mostCallsRatio} and server:mcp_judged_calls:increase5m >= ${limit.minCalls}`,
    forSeconds: 120,
    severity: "critical",
    summary: "{{ $labels.server }} fails most of its calls.",
    description: `Of the calls to {{ $labels.server }} in ${over(300)}, {{ $value | humanizePercentage }} failed by the fault of the server.`,
  };
}

function toolFailingForEveryone(context: RuleContext): AlertRule {
  const { limit, over } = context;
  return {
    alert: "McpToolFailingForEveryone",
    expr: `${toolFailures(context, 900)} >= ${limit.toolFailures} ${unlessAnswered(context, 900)}`,
    forSeconds: 60,
    severity: "warning",
    summary: "The tool {{ $labels.target }} of {{ $labels.server }} fails for everyone.",
    description: `{{ $value }} calls of {{ $labels.target }} failed in ${over(900)} by the fault of {{ $labels.server }}, and none was answered.`,
  };
}

/** What is called too seldom for the alert above. */
function toolFewCallsAllFailing(context: RuleContext): AlertRule {
  const { limit, over } = context;
  const failures = `${toolFailures(context, 21_600)} >= ${limit.fewToolFailures}`;
  const isFrequent = `${toolFailures(context, 900)} >= ${limit.toolFailures}`;
  return {
    alert: "McpToolFewCallsAllFailing",
    expr: `${failures} ${unlessAnswered(context, 21_600)} unless ${isFrequent}`,
    forSeconds: 60,
    severity: "warning",
    summary: "The tool {{ $labels.target }} of {{ $labels.server }} has failed each time.",
    description: `{{ $labels.target }} is seldom called. {{ $value }} calls failed in ${over(21_600)} by the fault of {{ $labels.server }}, and none was answered.`,
  };
}

function toolFailures({ by, events }: RuleContext, seconds: number): string {
  return `sum ${by("server", "target")} ${events(`${METRIC.errors}{${TOOL},${FAILED}}`, seconds)}`;
}

function unlessAnswered({ by, events }: RuleContext, seconds: number): string {
  return `unless sum ${by("server", "target")} ${events(`${METRIC.requests}{${TOOL},${IS_ANSWERED}}`, seconds)} > 0`;
}

function answersLost({ by, over, limit }: RuleContext): AlertRule {
  const calls = (...matchers: readonly string[]) =>
    `${METRIC.requests}{${[CALLS, ...matchers].join(",")}}[${over(900)}]`;
  const share = `sum ${by("server")} (rate(${calls('status="lost"')})) / sum ${by("server")} (rate(${calls()}))`;
  return {
    alert: "McpAnswersLost",
    expr: `${share} > ${limit.lostAnswersRatio} and sum ${by("server")} (increase(${calls()})) >= ${limit.minCalls}`,
    forSeconds: 300,
    severity: "warning",
    summary: "{{ $value | humanizePercentage }} of the answers of {{ $labels.server }} are lost.",
    description: `The connection closed before {{ $value | humanizePercentage }} of the calls to {{ $labels.server }} in ${over(900)} were answered; ${percentText(limit.lostAnswersRatio)} are allowed. Such a call may have done its work.`,
  };
}
