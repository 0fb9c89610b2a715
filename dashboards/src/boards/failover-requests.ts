/** What became of requests while the lead changed, and what the arbiter said. */
import { METRIC } from "@mcp-ops/formats";
import { graph } from "../panels/graph.ts";
import type { Placeable } from "../panels/panel.ts";
import { timeline } from "../panels/timeline.ts";
import { max, of, rate, sum } from "../queries.ts";
import { LEADS } from "../words.ts";

const GATES = "Needs a role gate or fenced writes in the server (docs/guard.md).";
const FOLLOWS = "Needs a proxy that follows the role (docs/failover-clients.md).";
const ARBITER = "Needs the section arbiter in the config of a sidecar.";

export function refused(): Placeable {
  return graph({
    title: "Refused and given up",
    description: `Requests refused because the node does not lead, calls given up because it stopped, and writes refused for their token. ${GATES}`,
    unit: "cps",
    queries: [
      { expr: sum(rate(of(METRIC.failoverRefused)), "need"), legend: "refused: {{need}}" },
      { expr: sum(rate(of(METRIC.failoverRevoked))), legend: "given up" },
      { expr: sum(rate(of(METRIC.fencedWrites)), "by"), legend: "fenced: {{by}}" },
    ],
  });
}

export function followed(): Placeable {
  return timeline({
    title: "Where proxies send requests",
    description: `The node that each proxy takes for the primary. ${FOLLOWS}`,
    unit: "short",
    queries: [{ expr: max(of(METRIC.followPrimary), "instance", "node"), legend: "{{instance}} {{node}}" }],
    words: LEADS,
  });
}

export function held(): Placeable {
  return graph({
    title: "Held now",
    description: `Requests that proxies hold because nobody leads, and sessions they could open anew elsewhere. ${FOLLOWS}`,
    unit: "short",
    queries: [
      { expr: sum(of(METRIC.followHeld)), legend: "held" },
      { expr: sum(of(METRIC.followSessions)), legend: "sessions" },
    ],
  });
}

export function carried(): Placeable {
  const counted = (metric: string) => sum(rate(of(metric)));
  return graph({
    title: "Carried over",
    description: `What clients did not notice: requests held for a time or sent again, sessions and streams opened anew. ${FOLLOWS}`,
    unit: "cps",
    queries: [
      { expr: counted(METRIC.followHeldRequests), legend: "held for a time" },
      { expr: counted(METRIC.followSentAgain), legend: "sent again" },
      { expr: counted(METRIC.followMovedSessions), legend: "sessions moved" },
      { expr: counted(METRIC.followReopenedStreams), legend: "streams opened anew" },
    ],
  });
}

export function loss(): Placeable {
  const counted = (metric: string) => sum(rate(of(metric)));
  return graph({
    title: "What clients noticed",
    description: `Requests turned away or lost with a node, and sessions forgotten for want of room. ${FOLLOWS}`,
    unit: "cps",
    queries: [
      { expr: sum(rate(of(METRIC.followTurnedAway)), "why"), legend: "turned away: {{why}}" },
      { expr: counted(METRIC.followLost), legend: "lost" },
      { expr: counted(METRIC.followForgottenSessions), legend: "sessions forgotten" },
    ],
  });
}

export function arbiter(): Placeable {
  return graph({
    title: "What the arbiter answers",
    description: `Questions of nodes, by what they were told, and those nobody listened to. lost and failed are to be looked at. ${ARBITER}`,
    unit: "cps",
    queries: [
      { expr: sum(rate(of(METRIC.arbiterAnswers)), "answer"), legend: "{{answer}}" },
      { expr: sum(rate(of(METRIC.arbiterRefusals))), legend: "not heard" },
    ],
  });
}

export function arbiterLeases(): Placeable {
  return graph({
    title: "Leases of the arbiter",
    description: `Groups it has a record of, and how many of them have a holder now. ${ARBITER}`,
    unit: "short",
    decimals: 0,
    queries: [
      { expr: sum(of(METRIC.arbiterGroups)), legend: "groups" },
      { expr: sum(of(METRIC.arbiterLeases)), legend: "with a holder" },
    ],
  });
}
