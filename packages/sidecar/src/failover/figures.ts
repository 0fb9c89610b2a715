import type { Why } from "@mcp-ops/failover";
import { FAILOVER_REASONS, METRIC } from "@mcp-ops/formats";
import { convert } from "../exposition/convert.ts";
import type { Family, Format } from "../exposition/family.ts";
import { type Figure, own } from "../exposition/own.ts";
import type { Agent } from "./agent.ts";

/** What the page shows of an election. A token has up to 63 bits, and a sample 53: it is to be read at `/role`, and its changes are counted here. */
export function failoverFamilies(agent: Agent | undefined, format: Format): readonly Family[] {
  if (agent === undefined) return [];
  const { status } = agent;
  const labels = { group: status.group, node: status.node };
  const gauge = (name: string, value: number | undefined) => own(name, value === undefined ? [] : [{ labels, value }]);
  const families = [
    gauge(METRIC.failoverIsLeader, agent.leads ? 1 : 0),
    gauge(METRIC.failoverLeaseToken, Number(status.token)),
    gauge(METRIC.failoverLeaseRemaining, status.remainingMs / 1000),
    own(METRIC.failoverTransitions, transitionsOf(agent, labels)),
    gauge(METRIC.failoverRenewFailures, status.renewFailures),
    gauge(METRIC.failoverPaused, status.paused ? 1 : 0),
    gauge(METRIC.failoverTilt, status.tilt ? 1 : 0),
    gauge(METRIC.failoverHealthy, status.healthy ? 1 : 0),
    gauge(METRIC.failoverEligible, status.reasons.length === 0 ? 1 : 0),
    gauge(METRIC.failoverSyncLag, status.syncLagMs === undefined ? undefined : status.syncLagMs / 1000),
    own(METRIC.failoverSyncs, syncsOf(agent, labels)),
    gauge(METRIC.failoverStoreLastSeen, lastSeen(status.lastStoreAnswerMs)),
  ];
  return families.flatMap((family) => convert(family, "classic", format));
}

function transitionsOf(
  { status: { transitions } }: Agent,
  labels: Readonly<Record<string, string>>,
): readonly Figure[] {
  const reasons: readonly Why[] = FAILOVER_REASONS;
  // From the first page on, so that a first one is an increase.
  return reasons.map((reason) => ({ labels: { ...labels, reason }, value: transitions[reason] ?? 0 }));
}

function syncsOf({ parts: { sync } }: Agent, labels: Readonly<Record<string, string>>): readonly Figure[] {
  return Object.entries(sync?.pulls ?? {}).map(([result, value]) => ({ labels: { ...labels, result }, value }));
}

function lastSeen(agoMs: number | undefined): number | undefined {
  return agoMs === undefined ? undefined : (Date.now() - agoMs) / 1000;
}
