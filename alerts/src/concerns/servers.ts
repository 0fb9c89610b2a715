import { METRIC, processMetric } from "@mcp-ops/formats";
import type { RuleContext } from "../context.ts";
import type { AlertRule, RuleGroup } from "../rule.ts";

/** So long a server that was killed is down for us. The sidecar shows it for 5 minutes only (`fleet.rememberDeadMs`). */
const DOWN_SECONDS = 3600;

const SERVER_HERE = "{{ $labels.server }} on {{ $labels.instance }}";
/** A process that is scraped itself has no label `server` on what it says of itself. */
const SERVER_OR_TARGET = "{{ or $labels.server $labels.instance }}";

/** Are the servers there, and do they stay? */
export function servers(context: RuleContext): RuleGroup {
  const rules = [serverDown, notAnswering, restarting, handshakesFailing, toolListChanging];
  return { name: "mcp-servers", rules: rules.map((rule) => rule(context)) };
}

/**
 * Watched from outside, or by the sidecar, of which counts what it saw last of all processes of the server: one that was killed
 * and came back is not down, nor is one that was killed while others went on. It holds as long as the sidecar can be asked; else
 * the target is down.
 */
function serverDown({ by, on, over }: RuleContext): AlertRule {
  const outside = `min ${by("instance", "server")} (${METRIC.serverUp}) == 0`;
  const last = (value: 0 | 1) =>
    `max ${by("instance", "server")} (max_over_time(timestamp(${METRIC.fleetUp} == ${value})[${over(DOWN_SECONDS)}:${over(15)}]))`;
  return {
    alert: "McpServerDown",
    expr: `${outside} or ${last(0)} unless (${last(0)} <= ${last(1)}) and ${on("instance")} up == 1`,
    forSeconds: 120,
    severity: "critical",
    summary: `${SERVER_HERE} is down.`,
    description: `No process of ${SERVER_HERE} answers: it was killed, hangs, or does not start.`,
  };
}

/** Longer than the sidecar shows the dead, so that it is about the living. */
function notAnswering({ by }: RuleContext): AlertRule {
  return {
    alert: "McpServerNotAnswering",
    expr: `min ${by("instance", "server", "slot")} (${METRIC.fleetUp}) == 0`,
    forSeconds: 600,
    severity: "warning",
    summary: `A process of ${SERVER_HERE} lives and does not answer.`,
    description: `The process of ${SERVER_HERE} in slot {{ $labels.slot }} is there, and has not answered the sidecar for 10 minutes.`,
  };
}

function restarting({ by, on, over, events, limit }: RuleContext): AlertRule {
  const startedAgain = `sum ${by("instance", "server")} ${events(METRIC.serverRestarts, 3600)} >= ${limit.serverRestarts}`;
  // Without a slot it is scraped itself: behind the sidecar each process has its own series.
  const changes = `max ${by("instance")} (changes(${processMetric("process_start_time_seconds")}{slot=""}[${over(3600)}]))`;
  const scrapedItself = `${changes} >= ${limit.serverRestarts} and ${on("instance")} ${METRIC.unobserved}{slot=""}`;
  return {
    alert: "McpServerRestarting",
    expr: `${startedAgain} or ${scrapedItself}`,
    forSeconds: 60,
    severity: "warning",
    summary: `${SERVER_OR_TARGET} was restarted {{ $value }} times in an hour.`,
    description: `${SERVER_OR_TARGET} ended and was started again {{ $value }} times within ${over(3600)}; ${limit.serverRestarts} are too many. Sessions and calls under way were lost each time.`,
  };
}

function handshakesFailing({ by, over, events, limit }: RuleContext): AlertRule {
  const handshakes = `${METRIC.errors}{method=~"initialize|server/discover",category="server"}`;
  const failed = (counter: string) => `sum ${by("server")} ${events(counter, 900)} >= ${limit.failedHandshakes}`;
  return {
    alert: "McpServerHandshakesFailing",
    expr: `${failed(METRIC.initializeFailures)} or ${failed(handshakes)}`,
    forSeconds: 60,
    severity: "warning",
    summary: "Clients cannot connect to {{ $labels.server }}.",
    description: `{{ $value }} handshakes with {{ $labels.server }} failed in ${over(900)}: the server refused them, or did not answer.`,
  };
}

function toolListChanging({ by, over, events, limit }: RuleContext): AlertRule {
  return {
    alert: "McpToolListChanging",
    expr: `sum ${by("server")} ${events(METRIC.toolListChanges, 3600)} >= ${limit.toolListChanges}`,
    forSeconds: 60,
    severity: "info",
    summary: "{{ $labels.server }} keeps changing its list of tools.",
    description: `{{ $labels.server }} changed its list of tools {{ $value }} times in ${over(3600)}. Each change costs its clients a new listing, and a name may mean something else than it did.`,
  };
}
