import type { Agent } from "./agent.ts";
import { statusOf } from "./status-text.ts";

/** How an agent is, for `GET /api/v1/failover` and the command. */
export function agentView(agent: Agent): object {
  const { status, parts } = agent;
  const judged = statusOf(status, parts.timing.ttlMs, agent.troubles);
  const { holder: _, token, remainingMs, lastStoreAnswerMs, retryAfterMs, ...told } = status;
  return {
    ...told,
    ...judged,
    token: String(token),
    remainingMs: Math.floor(remainingMs),
    retryAfterMs: Math.ceil(retryAfterMs),
    leadingForMs: agent.leadingForMs ?? null,
    primary: agent.primary() ?? null,
    trouble: parts.prober.last?.trouble ?? "",
    store: {
      kind: parts.store.kind,
      singleArbiter: parts.store.caps.singleArbiter,
      lastAnswerMs: lastStoreAnswerMs === undefined ? null : Math.round(lastStoreAnswerMs),
    },
    sync: parts.sync?.view ?? null,
    scheduled: parts.schedule.planned ?? null,
    peers: parts.peers.names,
    timing: parts.timing,
  };
}
