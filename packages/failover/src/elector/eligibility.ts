import type { Ineligible } from "../node.ts";
import type { State } from "./state.ts";

/** How far applications of equal nodes are spread, so that they do not all ask at once. Whoever comes second is only refused, so it is little. */
const JITTER_MS = 20;

/** Why this node may not apply for the lease at this time (R6, R8, R10). Empty: it may. */
export function reasonsOf(state: State, now: number): Ineligible[] {
  const named = namesMe(state, now);
  const reasons: (Ineligible | false)[] = [
    state.memory.paused && "paused",
    !state.healthy && "health",
    isStale(state) && !(named && state.named?.force === true) && "sync-lag",
    state.settings.priority === 0 && "priority",
    now < state.coolUntil && !named && "cool-down",
    now < state.behindUntil && "token-went-back",
    state.tiltedAt !== undefined && "tilt",
    now < headStartEnd(state, now) && "head-start",
  ];
  return reasons.filter((reason) => reason !== false);
}

/** R6: too old to lead. An unknown age is too old where there is a limit. */
export function isStale(state: State): boolean {
  const { maxSyncLagMs } = state.settings;
  return maxSyncLagMs !== undefined && (state.syncLagMs ?? Number.POSITIVE_INFINITY) > maxSyncLagMs;
}

/** This node was named as the candidate of a switchover or failover, and that still counts. */
export function namesMe(state: State, now: number): boolean {
  return state.named !== undefined && state.named.candidate === state.settings.node && now < state.named.until;
}

/** When to apply for a lease that is free: the candidate at once, others by priority, and after the candidate's head start (R9). */
export function applyAt(state: State, now: number): number {
  const { freeSince } = state.seen;
  if (freeSince === undefined) return Number.POSITIVE_INFINITY;
  if (namesMe(state, now)) return freeSince;
  const { priorityDelayMs } = state.settings.timing;
  const byPriority = ((100 - state.settings.priority) / 100) * priorityDelayMs + state.jitter * JITTER_MS;
  return Math.max(freeSince + byPriority, headStartEnd(state, now), state.coolUntil, state.behindUntil);
}

/** Until when another node is alone in applying. */
function headStartEnd(state: State, now: number): number {
  const { named } = state;
  if (named === undefined || now >= named.until || namesMe(state, now)) return Number.NEGATIVE_INFINITY;
  const { freeSince } = state.seen;
  return freeSince === undefined ? named.until : Math.min(named.until, freeSince + state.settings.timing.headStartMs);
}
