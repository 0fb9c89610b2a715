import { METRIC } from "@mcp-ops/formats";
import { COLOUR } from "../colours.ts";
import { graph } from "../panels/graph.ts";
import type { Placeable } from "../panels/panel.ts";
import { NONE_IS_BEST, NONE_IS_WELL, stat } from "../panels/stat.ts";
import { table } from "../panels/table.ts";
import { timeline } from "../panels/timeline.ts";
import { increase, max, of, rate, SHOWN, sum } from "../queries.ts";
import { LEADS } from "../words.ts";

const GROUP = 'group=~"$group"';
const NODE = ["group", "node"];
const LEGEND = "{{group}} {{node}}";
const NEEDS = "Needs the section failover in the config of the sidecars.";

export function onePrimary(): Placeable {
  return stat({
    title: "Groups without one primary",
    description: `Groups in which no node leads, or more than one says so. ${NEEDS}`,
    unit: "short",
    expr: sum(`${sum(of(METRIC.failoverIsLeader, GROUP), "group")} != bool 1`),
    steps: NONE_IS_WELL,
    none: "no groups",
  });
}

/** A leader may be eligible, too, and is no spare. */
export function spares(): Placeable {
  const stands = `(1 - ${max(of(METRIC.failoverIsLeader, GROUP), ...NODE)})`;
  const could = `${max(of(METRIC.failoverEligible, GROUP), ...NODE)} * ${stands}`;
  return stat({
    title: "Groups without a spare",
    description: `Groups in which no standby would take a free lease: the next failure is an outage. ${NEEDS}`,
    unit: "short",
    expr: sum(`${sum(could, "group")} < bool 1`),
    steps: NONE_IS_WELL,
    none: "no groups",
  });
}

export function unhealthy(): Placeable {
  return stat({
    title: "Nodes not healthy",
    description: `Nodes whose server is ill. ${NEEDS}`,
    unit: "short",
    expr: `sum(1 - ${of(METRIC.failoverHealthy, GROUP)})`,
    steps: NONE_IS_WELL,
    none: "no groups",
  });
}

export function paused(): Placeable {
  return stat({
    title: "Paused or in doubt",
    description: `Nodes that decide nothing because somebody paused them, or that distrust their clock. ${NEEDS}`,
    unit: "short",
    expr: `${sum(of(METRIC.failoverPaused, GROUP))} + ${sum(of(METRIC.failoverTilt, GROUP))}`,
    steps: NONE_IS_BEST,
    none: "no groups",
  });
}

export function changes(): Placeable {
  return stat({
    title: "Changes, 1 h",
    description: `Changes of where nodes stand, within the last hour: a handover is some of them. Many are a group that flaps. ${NEEDS}`,
    unit: "short",
    decimals: 0,
    expr: sum(increase(of(METRIC.failoverTransitions, GROUP), "1h")),
    none: "no groups",
  });
}

export function oldestData(): Placeable {
  return stat({
    title: "Oldest data of a node",
    description: `How old the data of the node are that lags most: what would be lost if it took over. ${NEEDS} And sync.`,
    unit: "s",
    expr: max(of(METRIC.failoverSyncLag, GROUP)),
    none: "no sync",
  });
}

export function lead(): Placeable {
  return timeline({
    title: "Who leads",
    description: `Each node, and when it led. Two green ones at once are two primaries; none is an outage. ${NEEDS}`,
    unit: "short",
    queries: [{ expr: max(of(METRIC.failoverIsLeader, GROUP), ...NODE), legend: LEGEND }],
    words: LEADS,
  });
}

export function nodes(): Placeable {
  const each = (metric: string) => max(of(metric, GROUP), ...NODE);
  const words = { 1: ["yes", COLOUR.green], 0: ["no", COLOUR.red] } as const;
  return table({
    title: "Nodes",
    description: `How each node stands now: mcp-ops failover status says why. ${NEEDS}`,
    unit: "short",
    by: { group: "Group", node: "Node" },
    columns: [
      { title: "Role", unit: "short", words: LEADS, expr: each(METRIC.failoverIsLeader) },
      { title: "Healthy", unit: "short", words, expr: each(METRIC.failoverHealthy) },
      { title: "Eligible", unit: "short", words, expr: each(METRIC.failoverEligible) },
      { title: "Lease left", unit: "s", decimals: 1, expr: each(METRIC.failoverLeaseRemaining) },
      { title: "Token", unit: "none", expr: each(METRIC.failoverLeaseToken) },
    ],
    sortBy: "Role",
  });
}

export function transitions(): Placeable {
  const within = (window: string) => sum(increase(of(METRIC.failoverTransitions, GROUP), window), "node", "reason");
  return table({
    title: "Changes by reason",
    description: `Why nodes changed where they stand, in the time shown; the most frequent first; what each reason means: docs/failover.md. ${NEEDS}`,
    unit: "short",
    by: { node: "Node", reason: "Reason" },
    columns: [
      { title: "Changes", unit: "none", decimals: 0, expr: within(SHOWN) },
      { title: "Of these, 15 min", unit: "none", decimals: 0, expr: within("15m") },
    ],
    sortBy: "Changes",
  });
}

export function leases(): Placeable {
  return graph({
    title: "Lease left",
    description: `How long the primary may lead from now. It is renewed long before it ends; a saw whose teeth come near nought is a store that is slow. ${NEEDS}`,
    unit: "s",
    queries: [{ expr: max(of(METRIC.failoverLeaseRemaining, GROUP), ...NODE), legend: LEGEND }],
  });
}

export function renewals(): Placeable {
  return graph({
    title: "Renewals that failed",
    description:
      "Renewals of the lease that the store did not answer well, per second. Some in a row, and the primary steps down.",
    unit: "cps",
    queries: [{ expr: sum(rate(of(METRIC.failoverRenewFailures, GROUP)), ...NODE), legend: LEGEND }],
  });
}

export function lag(): Placeable {
  return graph({
    title: "Age of data",
    description: "How old the data of each node are. Needs sync in the section failover; none where nobody knows.",
    unit: "s",
    queries: [{ expr: max(of(METRIC.failoverSyncLag, GROUP), ...NODE), legend: LEGEND }],
  });
}

export function syncs(): Placeable {
  return graph({
    title: "Looks for newer data",
    description:
      "Looks of standbys for a newer backup of the primary, by what came of them. refused and failed are to be looked at. Needs sync.",
    unit: "cps",
    queries: [{ expr: sum(rate(of(METRIC.failoverSyncs, GROUP)), "node", "result"), legend: "{{node}} {{result}}" }],
  });
}

export function storeSeen(): Placeable {
  return graph({
    title: "Since the store answered",
    description: `How long ago the store of the lease last answered each node. Longer than a lease, and nobody can lead. ${NEEDS}`,
    unit: "s",
    queries: [{ expr: `time() - ${max(of(METRIC.failoverStoreLastSeen, GROUP), ...NODE)}`, legend: LEGEND }],
  });
}
