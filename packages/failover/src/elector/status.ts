import { nodeOf } from "../holder.ts";
import type { NodeStatus } from "../node.ts";
import { reasonsOf } from "./eligibility.ts";
import { leads, type State, tenureOf } from "./state.ts";

/** What can be said of a node at this moment from its state alone. */
export function statusOf(state: State, now: number): Omit<NodeStatus, "group" | "transitions"> {
  const tenure = tenureOf(state);
  const primary = leads(state, now);
  const { holder, freeSince } = state.seen;
  return {
    node: state.settings.node,
    role: primary ? "primary" : "standby",
    phase: state.stand.phase,
    draining: primary && state.stand.phase === "draining",
    token: tenure?.grant.token ?? state.memory.highestToken,
    // Rounded down: what is promised must hold.
    remainingMs: primary && tenure !== undefined ? Math.max(0, Math.floor(tenure.deadline - now)) : 0,
    holder:
      holder === undefined || freeSince !== undefined
        ? undefined
        : { node: nodeOf(holder.holder), token: holder.token },
    reasons: reasonsOf(state, now),
    healthy: state.healthy,
    syncLagMs: state.syncLagMs,
    paused: state.memory.paused,
    tilt: state.tiltedAt !== undefined,
    lastStoreAnswerMs: state.answeredAt === undefined ? undefined : now - state.answeredAt,
    renewFailures: state.renewFailures,
    retryAfterMs: state.settings.timing.pollEveryMs,
  };
}
