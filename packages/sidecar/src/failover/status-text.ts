import type { NodeStatus } from "@mcp-ops/failover";
import type { DutyStatus } from "../duties/duty.ts";

/** What does not work beside a node, in a few words; empty when it does. */
export interface Troubles {
  readonly server: string;
  readonly sync: string;
  /** What went wrong last; it counts only while the store is silent. */
  readonly store: string;
}

/** What a person has to know about a node, in one sentence; and whether anybody should look. */
export function statusOf(status: NodeStatus, ttlMs: number, troubles: Troubles): DutyStatus {
  const message = troubleOf(status, ttlMs, troubles);
  return message === undefined ? { content: true, message: calmText(status) } : { content: false, message };
}

function calmText({ node, group, role, token, holder }: NodeStatus): string {
  if (role === "primary") return `${node} leads ${group} with token ${token}.`;
  return `${node} is a standby of ${group}; ${holder?.node} leads.`;
}

function troubleOf(status: NodeStatus, ttlMs: number, { server, sync, store }: Troubles): string | undefined {
  const {
    node,
    group,
    role,
    phase,
    holder,
    reasons,
    healthy,
    paused,
    tilt,
    lastStoreAnswerMs = Number.POSITIVE_INFINITY,
  } = status;
  if (reasons.includes("token-went-back")) {
    return "The store gives tokens that were given before, as after a restore. Nobody here leads with one: run mcp-ops failover raise-floor.";
  }
  if (lastStoreAnswerMs > ttlMs) {
    const seconds = Number.isFinite(lastStoreAnswerMs) ? `for ${Math.round(lastStoreAnswerMs / 1000)} s` : "yet";
    const why = store === "" ? "check it, and the way there." : store;
    return `The store of the lease has given no answer that can be used ${seconds}, and nobody can take the lead until it does: ${why}`;
  }
  if (paused) return `${group} is paused: nobody takes over. End it with mcp-ops failover resume.`;
  if (tilt) return `${node} distrusts its clock after a jump or a standstill, and waits for the store.`;
  if (!healthy) return `The server beside ${node} is ill${server === "" ? "" : `: ${server}`}.`;
  if (phase === "standby" && holder?.node === node)
    return `An earlier life of ${node} still has the lease of ${group}, or another process of that name has it. If this lasts longer than a ttl, give each node a name of its own: failover.node.`;
  if (role === "standby" && holder === undefined) return `Nobody leads ${group}${reasonsText(reasons)}.`;
  if (sync !== "") return `The data of ${node} are not brought up to date: ${sync}`;
  return undefined;
}

function reasonsText(reasons: readonly string[]): string {
  return reasons.length === 0 ? ", and an election runs" : `, and this node does not apply (${reasons.join(", ")})`;
}
