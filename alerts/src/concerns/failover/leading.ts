import { METRIC } from "@mcp-ops/formats";
import type { RuleContext } from "../../context.ts";
import type { AlertRule } from "../../rule.ts";

/** Scrapes of two nodes are up to a minute apart, and a lease of 15 s has to run out: neither a switchover nor a failover is told as a fault. */
const SETTLED_SECONDS = 120;
const DAY_SECONDS = 86_400;

/** Without what Prometheus, just restarted, still believes of a node that is gone. */
export function ofReached(gauge: string): string {
  return `${gauge} unless on (job, instance) (up == 0)`;
}

const LEADS = METRIC.failoverIsLeader;
const NOW = ofReached(LEADS);

/** Does one node lead, and only one? */
export function leading(context: RuleContext): readonly AlertRule[] {
  return [noPrimary(context), twoPrimaries(context), happened(context), flapping(context)];
}

function noPrimary({ by, on, over }: RuleContext): AlertRule {
  const group = by("group");
  const gone = `last_over_time(${LEADS}[${over(DAY_SECONDS)}]) and on (job, instance) (up == 0)`;
  return {
    alert: "McpFailoverNoPrimary",
    expr: [
      `max ${group} (${NOW}) == 0`,
      `or max ${group} (${gone}) * 0 unless ${on("group")} max ${group} (${NOW})`,
    ].join("\n"),
    forSeconds: SETTLED_SECONDS,
    severity: "critical",
    summary: "Nobody leads {{ $labels.group }}.",
    description:
      "No node of {{ $labels.group }} that can be scraped leads it, for longer than a lease needs to run out. Calls that need a leader are refused.",
  };
}

function twoPrimaries({ by }: RuleContext): AlertRule {
  return {
    alert: "McpFailoverTwoPrimaries",
    expr: `sum ${by("group")} (${NOW}) > 1`,
    forSeconds: SETTLED_SECONDS,
    severity: "critical",
    summary: "{{ $value }} nodes say that they lead {{ $labels.group }}.",
    description:
      "{{ $value }} nodes of {{ $labels.group }} say that they lead, over more than one scrape of each. Only the check of tokens at what they write to keeps them apart now.",
  };
}

/** Has the labels of the node that led, so that the alert about its machine can be silenced by this one. */
function happened({ by, on, over, limit }: RuleContext): AlertRule {
  const node = by("instance", "group", "node");
  const led = `max ${node} (max_over_time(${LEADS}[${over(limit.failoverShownSeconds)}])) == 1`;
  const leadsNoMore = `unless ${on("instance", "group", "node")} max ${node} (${NOW}) == 1`;
  const another = `and ${on("group")} max ${by("group")} (${NOW}) == 1`;
  return {
    alert: "McpFailoverHappened",
    expr: [led, leadsNoMore, another].join("\n"),
    forSeconds: 15,
    severity: "info",
    summary: "{{ $labels.node }} leads {{ $labels.group }} no more: another node does.",
    description:
      "{{ $labels.node }} led {{ $labels.group }} some hours ago at most, and another node leads now. Planned, it was a switchover; else look what became of {{ $labels.node }}.",
  };
}

function flapping({ by, over, limit }: RuleContext): AlertRule {
  return {
    alert: "McpFailoverFlapping",
    expr: `sum ${by("group")} (increase(${METRIC.failoverTransitions}{reason="promoted"}[${over(900)}])) >= ${limit.failoverFlaps}`,
    forSeconds: 60,
    severity: "warning",
    summary: 'The lead of {{ $labels.group }} was taken {{ $value | printf "%.0f" }} times in 15 minutes.',
    description: `Nodes of {{ $labels.group }} took the lead {{ $value | printf "%.0f" }} times in 15 minutes; from ${limit.failoverFlaps} on something keeps them from settling. Each time, calls were held or refused.`,
  };
}
