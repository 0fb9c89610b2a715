import { METRIC } from "@mcp-ops/formats";
import type { RuleContext } from "../../context.ts";
import type { AlertRule } from "../../rule.ts";
import { ofReached } from "./leading.ts";

/** Could another node take over? */
export function nodes(context: RuleContext): readonly AlertRule[] {
  return [
    noStandby(context),
    pausedTooLong(context),
    nodeUnhealthy(context),
    clockDistrusted(context),
    standbyStale(context),
    syncFailing(context),
  ];
}

/** Longer than a cool-down. A pause makes nobody eligible, and has an alert of its own. */
function noStandby({ by, on }: RuleContext): AlertRule {
  const group = by("group");
  const leader = `${METRIC.failoverIsLeader} == 1`;
  const others = `${ofReached(METRIC.failoverEligible)} unless ${on("instance", "group", "node")} (${leader})`;
  return {
    alert: "McpFailoverNoStandby",
    expr: [
      `max ${group} (${ofReached(METRIC.failoverIsLeader)}) == 1`,
      `unless ${on("group")} max ${group} (${others}) == 1`,
      `unless ${on("group")} max ${group} (${METRIC.failoverPaused}) == 1`,
    ].join("\n"),
    forSeconds: 300,
    severity: "warning",
    summary: "Nobody could take over {{ $labels.group }}.",
    description:
      "One node leads {{ $labels.group }}, and no other would take the lead: they are gone, ill, or their data are too old. The next fault is an outage.",
  };
}

function pausedTooLong({ by, limit }: RuleContext): AlertRule {
  return {
    alert: "McpFailoverPausedTooLong",
    expr: `sum ${by("group")} (${METRIC.failoverPaused}) > 0`,
    forSeconds: limit.failoverPausedSeconds,
    severity: "warning",
    summary: "{{ $labels.group }} is still paused.",
    description:
      "Nodes of {{ $labels.group }} that are paused, for long: {{ $value }}. Whatever happens, they neither take the lead nor give it away. The pause may have been forgotten.",
  };
}

function nodeUnhealthy({ by }: RuleContext): AlertRule {
  return {
    alert: "McpFailoverNodeUnhealthy",
    expr: `max ${by("group", "node")} (${METRIC.failoverHealthy}) == 0`,
    forSeconds: 300,
    severity: "warning",
    summary: "The server of {{ $labels.node }} in {{ $labels.group }} is ill.",
    description:
      "The sidecar of {{ $labels.node }} finds its server ill. A node that leads gives the lead away for that; a standby does not take it.",
  };
}

function clockDistrusted({ by, over, limit }: RuleContext): AlertRule {
  const node = by("group", "node");
  const often = `increase(${METRIC.failoverTransitions}{reason="tilt"}[${over(3_600)}])`;
  return {
    alert: "McpFailoverClockDistrusted",
    expr: `max ${node} (${METRIC.failoverTilt}) == 1\nor sum ${node} (${often}) >= ${limit.failoverTilts}`,
    forSeconds: 60,
    severity: "warning",
    summary: "{{ $labels.node }} of {{ $labels.group }} distrusts its clock.",
    description: `{{ $labels.node }} stood still for seconds, or its time of day jumped: ${limit.failoverTilts} times within an hour, or it has waited for the store since. Meanwhile it does not lead.`,
  };
}

function standbyStale({ by, on, limit }: RuleContext): AlertRule {
  const node = by("group", "node");
  return {
    alert: "McpFailoverStandbyStale",
    expr: [
      `max ${node} (${METRIC.failoverSyncLag}) > ${limit.failoverStaleSeconds}`,
      `unless ${on("group", "node")} max ${node} (${METRIC.failoverIsLeader}) == 1`,
    ].join("\n"),
    forSeconds: 300,
    severity: "warning",
    summary: "The data of {{ $labels.node }} in {{ $labels.group }} are {{ $value | humanizeDuration }} old.",
    description: `The data of the standby {{ $labels.node }} are {{ $value | humanizeDuration }} old; ${limit.failoverStaleSeconds} s are allowed. If it took the lead now, so much would be missing.`,
  };
}

/** Both words of a look that brought nothing for which there is a reason; a primary does not look. */
function syncFailing({ by, on, over, limit }: RuleContext): AlertRule {
  const node = by("group", "node");
  const looks = (results: string) =>
    `increase(${METRIC.failoverSyncs}{result=~"${results}"}[${over(limit.failoverSyncSeconds)}])`;
  return {
    alert: "McpFailoverSyncFailing",
    expr: [
      `sum ${by("group", "node", "result")} (${looks("failed|refused")}) > 0`,
      `unless ${on("group", "node")} sum ${node} (${looks("staged|current|older")}) > 0`,
      `unless ${on("group", "node")} max ${node} (${METRIC.failoverIsLeader}) == 1`,
    ].join("\n"),
    forSeconds: 300,
    severity: "warning",
    summary: "{{ $labels.node }} of {{ $labels.group }} gets no data from the primary: {{ $labels.result }}.",
    description: `No look of {{ $labels.node }} for newer data has succeeded in ${limit.failoverSyncSeconds} s; they count as {{ $labels.result }}. Its data grow old.`,
  };
}
