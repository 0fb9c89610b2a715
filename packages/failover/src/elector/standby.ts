import { nodeOf } from "../holder.ts";
import type { Grant, LeaseHolder } from "../lease-store.ts";
import { applyAt, namesMe, reasonsOf } from "./eligibility.ts";
import { release } from "./stop.ts";
import { heard } from "./store-answers.ts";
import { tenureFrom } from "./tenure.ts";
import { move, note, set, type Turn } from "./turn.ts";

/** What may have come up since this node asked for the lease. */
const OBSTACLES = ["paused", "health", "tilt"] as const;
/** How much oftener the candidate of a switchover looks at the lease. */
const CANDIDATE_LOOKS = 5;

/** What a standby does when time has passed: looks at the lease, and applies for one that is free. */
export function settleStandby(turn: Turn): void {
  const { state, now } = turn;
  if (state.closing) {
    move(turn, { phase: "closed" }, "shutdown", "The node has ended.");
    return;
  }
  if (state.named !== undefined && now >= state.named.until) set(turn, { named: undefined });
  if (state.reading) return;
  if (now >= applyAt(turn.state, now) && reasonsOf(turn.state, now).length === 0) {
    // Not a change worth a record: most applications of several standbys are refused.
    set(turn, { stand: { phase: "acquiring" }, since: now, readAt: now });
    turn.effects.push({ kind: "acquire" });
  } else if (now >= state.readAt) {
    set(turn, { reading: true });
    turn.effects.push({ kind: "read" });
  }
}

/** The store said who has the lease. */
export function onSeen(turn: Turn, holder: LeaseHolder | undefined, askedAt: number, jitter: number): void {
  set(turn, { reading: false, jitter });
  heard(turn, askedAt);
  see(turn, holder);
  set(turn, { readAt: nextLook(turn, askedAt) });
}

/** The store did not say: whether the lease is free is not known any more. */
export function onReadFailed(turn: Turn): void {
  set(turn, { reading: false, readAt: nextLook(turn), seen: { ...turn.state.seen, freeSince: undefined } });
}

export function onStirred(turn: Turn): void {
  const { phase } = turn.state.stand;
  if (phase === "standby" || phase === "acquiring") set(turn, { readAt: turn.now });
}

export function onHeld(turn: Turn, by: LeaseHolder, askedAt: number): void {
  heard(turn, askedAt);
  see(turn, by);
  backToStandby(turn, askedAt);
}

export function onAcquireFailed(turn: Turn): void {
  set(turn, { seen: { ...turn.state.seen, freeSince: undefined } });
  backToStandby(turn);
}

/** The lease is ours. Whether it may be led with is another matter (R4, R11). */
export function onGranted(turn: Turn, grant: Grant, askedAt: number): void {
  heard(turn, askedAt);
  const { state, now } = turn;
  const previous = state.seen.holder;
  if (grant.token === state.mine) {
    // A release of this very lease may still be on its way, and would end what we lead with.
    release(turn, grant, "released", "The store still had the lease that this node gave back.");
    return;
  }
  if (grant.token <= state.memory.highestToken) {
    refuseToken(turn, grant);
    return;
  }
  const memory = { ...state.memory, highestToken: grant.token };
  const holder = { holder: state.settings.holder, token: grant.token };
  set(turn, { mine: grant.token, memory, seen: { holder, freeSince: undefined } });
  const obstacle = state.closing ? "shutdown" : OBSTACLES.find((one) => reasonsOf(turn.state, now).includes(one));
  if (obstacle !== undefined)
    release(turn, grant, obstacle, "This node had asked for the lease, but may not lead any more.");
  else prepare(turn, grant, askedAt, previous);
}

/** R11: the token is remembered and the fence hook runs before anybody here leads. */
function prepare(turn: Turn, grant: Grant, askedAt: number, previous: LeaseHolder | undefined): void {
  const { state, now } = turn;
  const { memory } = state;
  const named = namesMe(state, now) ? state.named : undefined;
  const tenure = tenureFrom(grant, askedAt, state.settings.timing);
  const prepareBy = now + state.settings.timing.fenceTimeoutMs;
  const fenced = !state.settings.fencing;
  const text =
    named === undefined ? "The lease was free." : "The lease was free, and this node was named as the candidate.";
  const asker = named && { by: named.by, requestId: named.requestId };
  move(
    turn,
    { phase: "preparing", tenure, persisted: false, fenced, prepareBy },
    named ? "named" : "lease-free",
    text,
    asker,
  );
  set(turn, { named: undefined });
  turn.effects.push({ kind: "persist", memory });
  if (!fenced) turn.effects.push({ kind: "fence", previous: previous && nodeOf(previous.holder), token: grant.token });
}

/** R4: a token may only grow. */
function refuseToken(turn: Turn, grant: Grant): void {
  const { memory, settings } = turn.state;
  set(turn, { behindUntil: turn.now + settings.timing.ttlMs });
  const text = `The store gave token ${grant.token}, but ${memory.highestToken} was seen before: it was restored or replaced. This node does not lead. Run: mcp-ops failover raise-floor`;
  release(turn, grant, "token-went-back", text);
}

function backToStandby(turn: Turn, askedAt?: number): void {
  set(turn, { stand: { phase: "standby" }, since: turn.now, readAt: nextLook(turn, askedAt) });
}

function nextLook(turn: Turn, askedAt = Number.POSITIVE_INFINITY): number {
  // What was heard of while the question was under way need not be in its answer.
  if (turn.state.readAt > askedAt) return turn.now;
  const { pollEveryMs } = turn.state.settings.timing;
  return turn.now + (namesMe(turn.state, turn.now) ? pollEveryMs / CANDIDATE_LOOKS : pollEveryMs);
}

/** Notes who has the lease, and the highest token ever seen. */
function see(turn: Turn, holder: LeaseHolder | undefined): void {
  const { state, now } = turn;
  const freeSince = state.seen.freeSince ?? now;
  // Our own: asked for, and the answer was lost. Who asks again gets it.
  if (holder === undefined || holder.holder === state.settings.holder) {
    set(turn, { seen: { holder: state.seen.holder, freeSince } });
    return;
  }
  const changed = holder.holder !== state.seen.holder?.holder || holder.token !== state.seen.holder.token;
  set(turn, { seen: { holder, freeSince: undefined } });
  if (!changed) return;
  if (holder.token > state.memory.highestToken) raise(turn, holder.token);
  else if (holder.token < state.memory.highestToken) {
    const text = `${nodeOf(holder.holder)} has token ${holder.token}, but ${state.memory.highestToken} was seen before: the store was restored or replaced. Run: mcp-ops failover raise-floor`;
    note(turn, "token-went-back", text);
  }
}

function raise(turn: Turn, highestToken: bigint): void {
  const memory = { ...turn.state.memory, highestToken };
  // A new holder ends what was asked about the one before.
  set(turn, { memory, named: undefined });
  turn.effects.push({ kind: "persist", memory });
}
