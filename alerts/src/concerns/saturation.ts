import { LISTEN_METHOD, METRIC, processMetric } from "@mcp-ops/formats";
import { bytesText, percentText } from "../amounts.ts";
import type { RuleContext } from "../context.ts";
import { andOurs } from "../promql/ours.ts";
import type { AlertRule, RuleGroup } from "../rule.ts";
import { WHO } from "../who.ts";

const WORK = `${METRIC.inFlight}{method!="${LISTEN_METHOD}"}`;

/** Is a server near its limits? */
export function saturation(context: RuleContext): RuleGroup {
  const rules = [manyInFlight, stuck, eventLoopBlocked, highMemory, fewFileDescriptors, seriesDropped];
  return { name: "mcp-saturation", rules: rules.map((rule) => rule(context)) };
}

function manyInFlight({ by, limit }: RuleContext): AlertRule {
  return {
    alert: "McpServerManyRequestsInFlight",
    expr: `sum ${by("instance", "server")} (${WORK}) > ${limit.requestsInFlight}`,
    forSeconds: 300,
    severity: "warning",
    summary: "{{ $labels.server }} on {{ $labels.instance }} works on {{ $value }} requests at once.",
    description: `{{ $labels.server }} on {{ $labels.instance }} has had more than ${limit.requestsInFlight} requests in flight for 5 minutes, now {{ $value }}: more come than it answers.`,
  };
}

/** While none ends, those in flight are always the same. */
function stuck({ by, over, events }: RuleContext): AlertRule {
  const labels = by("instance", "server", "slot", "method");
  return {
    alert: "McpServerRequestsStuck",
    expr: `sum ${labels} (${WORK}) > 0 unless sum ${labels} ${events(METRIC.requests, 300)} > 0`,
    forSeconds: 600,
    severity: "warning",
    summary: "{{ $labels.server }} on {{ $labels.instance }} does not get ahead with {{ $labels.method }}.",
    description: `{{ $value }} requests {{ $labels.method }} to {{ $labels.server }} on {{ $labels.instance }} are in flight, and for 10 minutes none has ended within ${over(300)}.`,
  };
}

function eventLoopBlocked(context: RuleContext): AlertRule {
  const { limit } = context;
  return {
    alert: "McpServerEventLoopBlocked",
    expr: `${processMetric("nodejs_eventloop_lag_p99_seconds")} > ${limit.eventLoopLagSeconds} ${andOurs(context)}`,
    forSeconds: 300,
    severity: "warning",
    summary: `${WHO} blocks its event loop.`,
    description: `${WHO} is {{ $value | humanizeDuration }} late with its timers (99th percentile); ${limit.eventLoopLagSeconds} s are allowed. Meanwhile it answers nobody.`,
  };
}

function highMemory({ limit }: RuleContext): AlertRule {
  return {
    alert: "McpServerHighMemory",
    expr: `${METRIC.memory}{kind="rss"} > ${limit.memoryBytes}`,
    forSeconds: 600,
    severity: "warning",
    summary: `${WHO} takes {{ $value | humanize1024 }}B of memory.`,
    description: `${WHO} has {{ $value | humanize1024 }}B resident; ${bytesText(limit.memoryBytes)} are allowed.`,
  };
}

function fewFileDescriptors(context: RuleContext): AlertRule {
  const { limit } = context;
  const share = `${processMetric("process_open_fds")} / ${processMetric("process_max_fds")}`;
  return {
    alert: "McpServerFewFileDescriptors",
    expr: `${share} > ${limit.fileDescriptorsRatio} ${andOurs(context)}`,
    forSeconds: 300,
    severity: "warning",
    summary: `${WHO} runs out of file descriptors.`,
    description: `${WHO} has {{ $value | humanizePercentage }} of its file descriptors open; ${percentText(limit.fileDescriptorsRatio)} are allowed. Without any it accepts no connection and opens no file.`,
  };
}

function seriesDropped({ by, over, events }: RuleContext): AlertRule {
  return {
    alert: "McpSeriesDropped",
    expr: `sum ${by("instance", "server", "metric")} ${events(METRIC.seriesDropped, 900)} > 0`,
    forSeconds: 60,
    severity: "warning",
    summary: `${WHO} has too many series.`,
    description: `${WHO} had no series left for {{ $value }} samples of {{ $labels.metric }} in ${over(900)}, and counted them under _other. Sums stay right; details are missing.`,
  };
}
