import { onFailover, onHeadStart, onSwitchover } from "./ask.ts";
import type { Effect, Event } from "./event.ts";
import { onLagged, onProbed, onTilted } from "./health.ts";
import { onBoot, onPause, onResume, onShutdown } from "./orders.ts";
import { onAcquireFailed, onGranted, onHeld, onReadFailed, onSeen, onStirred, settleStandby } from "./standby.ts";
import type { State } from "./state.ts";
import { onReleased, settleReleasing } from "./stop.ts";
import {
  onDrained,
  onFenced,
  onFenceFailed,
  onLost,
  onPersisted,
  onPersistFailed,
  onRenewed,
  onRenewFailed,
  settleDeadline,
  settleTenure,
} from "./tenure.ts";
import type { Turn } from "./turn.ts";

/** What a node does about each event. */
const ON: { readonly [K in Event["kind"]]: (turn: Turn, event: Extract<Event, { kind: K }>) => void } = {
  boot: onBoot,
  wake: () => undefined,
  seen: (turn, { holder, askedAt, jitter }) => onSeen(turn, holder, askedAt, jitter),
  "read-failed": onReadFailed,
  stirred: onStirred,
  granted: (turn, { grant, askedAt }) => onGranted(turn, grant, askedAt),
  held: (turn, { by, askedAt }) => onHeld(turn, by, askedAt),
  "acquire-failed": onAcquireFailed,
  renewed: (turn, { token, askedAt }) => onRenewed(turn, token, askedAt),
  lost: (turn, { token }) => onLost(turn, token),
  "renew-failed": (turn, { token }) => onRenewFailed(turn, token),
  released: (turn, { token }) => onReleased(turn, token, true),
  "release-failed": (turn, { token }) => onReleased(turn, token, false),
  persisted: (turn, { memory }) => onPersisted(turn, memory.highestToken),
  "persist-failed": (turn, { memory, text }) => onPersistFailed(turn, memory.highestToken, text),
  fenced: (turn, { token }) => onFenced(turn, token),
  "fence-failed": (turn, { token, text }) => onFenceFailed(turn, token, text),
  drained: (turn, { token, confirmed }) => onDrained(turn, token, confirmed),
  probed: (turn, { probe }) => onProbed(turn, probe),
  lagged: (turn, { syncLagMs }) => onLagged(turn, syncLagMs),
  tilted: (turn, { clock, ms }) => onTilted(turn, clock, ms),
  switchover: (turn, { request }) => onSwitchover(turn, request),
  failover: (turn, { request }) => onFailover(turn, request),
  "head-start": (turn, { courtesy }) => onHeadStart(turn, courtesy),
  pause: (turn, { by }) => onPause(turn, by),
  resume: (turn, { by }) => onResume(turn, by),
  shutdown: onShutdown,
};

export interface Stepped {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/**
 * What a node does about an event. Pure: no clock, no promise, no chance.
 * @param now monotonic, in milliseconds; never smaller than before
 */
export function step(state: State, event: Event, now: number): Stepped {
  const turn: Turn = { now, effects: [], state };
  if (state.stand.phase === "closed") return turn;
  // R2: what arrives after the deadline finds a node that has stopped, however late the timer was.
  settleDeadline(turn);
  const handle = ON[event.kind] as (turn: Turn, event: Event) => void;
  handle(turn, event);
  settle(turn);
  return turn;
}

/** Does what has become due by time or by the event. */
function settle(turn: Turn): void {
  settleDeadline(turn);
  settleTenure(turn);
  settleReleasing(turn);
  if (turn.state.stand.phase === "standby") settleStandby(turn);
}
