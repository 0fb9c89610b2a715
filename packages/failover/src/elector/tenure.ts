import type { Grant } from "../lease-store.ts";
import type { Timing } from "../timing.ts";
import type { StandOf, Tenure } from "./state.ts";
import { tenureOf } from "./state.ts";
import { drain, release, runOut, stopAtOnce } from "./stop.ts";
import { heard } from "./store-answers.ts";
import { move, note, set, type Turn } from "./turn.ts";

/** A renewal that failed is tried again after this part of `renewEveryMs`. */
const RETRY_PART = 3;

/** R1: the deadline counts from before the request was made, so that no way of the answer can lengthen it. */
export function tenureFrom(grant: Grant, askedAt: number, timing: Timing): Tenure {
  const deadline = askedAt + Math.min(grant.ttlMs, timing.ttlMs) - timing.marginMs;
  return { grant, askedAt, deadline, renewAt: askedAt + timing.renewEveryMs, renewing: false };
}

/** R1, R2: first of all, and before any event is looked at. */
export function settleDeadline(turn: Turn): void {
  const tenure = tenureOf(turn.state);
  if (tenure !== undefined && turn.now >= tenure.deadline) runOut(turn, tenure);
}

/** What a node with a lease does when time has passed. */
export function settleTenure(turn: Turn): void {
  const { state, now } = turn;
  const tenure = tenureOf(state);
  if (tenure === undefined) return;
  if (state.stand.phase === "preparing") settlePreparing(turn, state.stand);
  else if (state.stand.phase === "leading") settleLeading(turn, tenure);
  else if (state.stand.phase === "draining" && now >= state.stand.drainBy) stopRenewing(turn);
  renewIfDue(turn);
}

/** R11: nobody leads before the fence hook has succeeded, nor before its token is remembered. */
function settlePreparing(turn: Turn, stand: StandOf<"preparing">): void {
  const { state, now } = turn;
  const { tenure } = stand;
  if (state.closing) release(turn, tenure.grant, "shutdown", "The node ends before it led.");
  else if (now >= stand.prepareBy) giveUp(turn, stand);
  else if (!state.healthy) release(turn, tenure.grant, "health", "The server fell ill before this node led.");
  else if (stand.persisted && stand.fenced && state.tiltedAt === undefined) {
    move(turn, { phase: "leading", tenure }, "promoted", "This node leads.");
  }
}

function giveUp(turn: Turn, { persisted, tenure }: StandOf<"preparing">): void {
  const fail = persisted ? onFenceFailed : onPersistFailed;
  fail(turn, tenure.grant.token, "it did not end in time");
}

function settleLeading(turn: Turn, tenure: Tenure): void {
  const { state, now } = turn;
  const { timing } = state.settings;
  if (state.closing) drain(turn, "shutdown", "The node is asked to end.");
  else if (now >= tenure.askedAt + timing.renewDeadlineMs) {
    drain(
      turn,
      "store-silent",
      "The lease could not be renewed: this node takes no new calls. Look at the store and the way to it.",
    );
  } else if (healthDeposes(turn)) {
    drain(turn, "health", "The server is ill: this node does not renew its lease. Look at the server's health.");
  }
}

/** R6: health gates renewal, but not in the hold time after a promotion (R8), nor in a pause (R10). */
function healthDeposes(turn: Turn): boolean {
  const { state, now } = turn;
  return !state.healthy && !state.memory.paused && now >= state.since + state.settings.timing.holdMs;
}

function renewIfDue(turn: Turn): void {
  const tenure = tenureOf(turn.state);
  if (tenure === undefined || tenure.renewing || turn.now < tenure.renewAt) return;
  setTenure(turn, { renewing: true });
  turn.effects.push({ kind: "renew", grant: tenure.grant });
}

export function onRenewed(turn: Turn, token: bigint, askedAt: number): void {
  heard(turn, askedAt);
  const tenure = tenureWith(turn, token);
  if (tenure === undefined) return;
  const longer = tenureFrom(tenure.grant, askedAt, turn.state.settings.timing);
  // In a drain that may not renew, an answer under way still counts, but is the last.
  const renewAt = tenure.renewAt === Number.POSITIVE_INFINITY ? tenure.renewAt : longer.renewAt;
  const unconfirmed = turn.state.tiltedAt !== undefined;
  setTenure(turn, { ...longer, renewAt: unconfirmed ? Math.min(renewAt, turn.now) : renewAt });
}

/** A renewal that failed is not a lease that is lost: the deadline decides. */
export function onRenewFailed(turn: Turn, token: bigint): void {
  set(turn, { renewFailures: turn.state.renewFailures + 1 });
  const tenure = tenureWith(turn, token);
  if (tenure === undefined) return;
  const again = turn.now + turn.state.settings.timing.renewEveryMs / RETRY_PART;
  setTenure(turn, { renewing: false, renewAt: tenure.renewAt === Number.POSITIVE_INFINITY ? tenure.renewAt : again });
}

export function onLost(turn: Turn, token: bigint): void {
  set(turn, { answeredAt: turn.now });
  if (tenureWith(turn, token) !== undefined)
    stopAtOnce(turn, "lost", "The store says that this node has the lease no more.");
}

export function onPersisted(turn: Turn, token: bigint): void {
  const { stand } = turn.state;
  if (stand.phase === "preparing" && token >= stand.tenure.grant.token)
    set(turn, { stand: { ...stand, persisted: true } });
}

export function onPersistFailed(turn: Turn, token: bigint, text: string): void {
  const { stand } = turn.state;
  if (stand.phase !== "preparing" || token < stand.tenure.grant.token) return;
  release(
    turn,
    stand.tenure.grant,
    "persist-failed",
    `The token could not be written to disk, so this node does not lead: ${text}`,
  );
}

export function onFenced(turn: Turn, token: bigint): void {
  const { stand } = turn.state;
  if (stand.phase === "preparing" && stand.tenure.grant.token === token)
    set(turn, { stand: { ...stand, fenced: true } });
}

export function onFenceFailed(turn: Turn, token: bigint, text: string): void {
  const { stand } = turn.state;
  if (stand.phase !== "preparing" || stand.tenure.grant.token !== token) return;
  release(turn, stand.tenure.grant, "fence-failed", `The fence hook failed, so this node does not lead: ${text}`);
}

/** R9: what has confirmed to have stopped may be given back; what has not runs out. */
export function onDrained(turn: Turn, token: bigint, confirmed: boolean): void {
  const { stand } = turn.state;
  if (stand.phase !== "draining" || stand.tenure.grant.token !== token) return;
  if (confirmed) release(turn, stand.tenure.grant, "drained", "All calls have ended, and nobody takes new ones.");
  else stopRenewing(turn);
}

function stopRenewing(turn: Turn): void {
  const { stand } = turn.state;
  if (stand.phase !== "draining" || stand.drainBy === Number.POSITIVE_INFINITY) return;
  const tenure = { ...stand.tenure, renewAt: Number.POSITIVE_INFINITY };
  set(turn, { stand: { ...stand, tenure, drainBy: Number.POSITIVE_INFINITY } });
  note(
    turn,
    "drain-unconfirmed",
    "Not all who may lead have confirmed that they stopped: the lease is not given back now, it runs out.",
  );
}

function tenureWith(turn: Turn, token: bigint): Tenure | undefined {
  const tenure = tenureOf(turn.state);
  return tenure?.grant.token === token ? tenure : undefined;
}

function setTenure(turn: Turn, change: Partial<Tenure>): void {
  const { stand } = turn.state;
  if ("tenure" in stand) set(turn, { stand: { ...stand, tenure: { ...stand.tenure, ...change } } });
}
