import type { Grant } from "../lease-store.ts";
import type { Why } from "../transition.ts";
import type { Tenure } from "./state.ts";
import { type Asker, move, set, type Turn } from "./turn.ts";

/** Reasons after which the store or the clock was at fault, not this node: it may apply again at once. */
const NO_COOL_DOWN: ReadonlySet<Why> = new Set(["deadline", "tilt", "paused", "released"]);
/** Reasons to drain without renewing meanwhile. */
const NOT_RENEWED: ReadonlySet<Why> = new Set(["health", "store-silent"]);

/** R9, first step: no new calls. The lease is given back when those in flight have ended. */
export function drain(turn: Turn, why: Why, text: string, asker?: Asker): void {
  const { stand, settings } = turn.state;
  if (stand.phase !== "leading") return;
  const renewAt = NOT_RENEWED.has(why) ? Number.POSITIVE_INFINITY : stand.tenure.renewAt;
  const drainBy = turn.now + settings.timing.drainMs;
  move(turn, { phase: "draining", tenure: { ...stand.tenure, renewAt }, drainBy, why }, why, text, asker);
  turn.effects.push({ kind: "drain", token: stand.tenure.grant.token });
}

/** R9, last step: nobody here leads any more, so another may. */
export function release(turn: Turn, grant: Grant, why: Why, text: string): void {
  coolDown(turn, why);
  move(turn, { phase: "releasing", grant, by: turn.now + turn.state.settings.timing.rpcTimeoutMs }, why, text);
  turn.effects.push({ kind: "release", grant });
}

/** R1, R2: the deadline has passed. Everything that believed in this lease has stopped by now, so giving it back harms nobody. */
export function runOut(turn: Turn, tenure: Tenure): void {
  const { stand } = turn.state;
  const slow = stand.phase === "draining" && stand.why !== "store-silent";
  release(
    turn,
    tenure.grant,
    "deadline",
    slow
      ? "The lease ran out before all calls had ended."
      : "The lease could not be renewed in time: this node has stopped.",
  );
  if (slow) coolDown(turn, "drained");
}

/** The lease is gone already. */
export function stopAtOnce(turn: Turn, why: Why, text: string): void {
  coolDown(turn, why);
  move(turn, { phase: "standby" }, why, text);
  // Who has it now is to be seen first.
  set(turn, { readAt: turn.now, seen: { holder: undefined, freeSince: undefined } });
}

export function settleReleasing(turn: Turn): void {
  const { stand } = turn.state;
  if (stand.phase === "releasing" && turn.now >= stand.by) onReleased(turn, stand.grant.token, false);
}

export function onReleased(turn: Turn, token: bigint, confirmed: boolean): void {
  const { stand } = turn.state;
  if (stand.phase !== "releasing" || stand.grant.token !== token) return;
  const text = confirmed
    ? "The lease is given back."
    : "The store did not confirm that the lease is given back: it runs out by itself.";
  move(turn, { phase: "standby" }, "released", text);
  set(turn, { readAt: turn.now, seen: { holder: undefined, freeSince: undefined } });
}

/** R8: no failback, and no taking turns by the second. */
function coolDown(turn: Turn, why: Why): void {
  if (!NO_COOL_DOWN.has(why)) set(turn, { coolUntil: turn.now + turn.state.settings.timing.coolDownMs });
}
