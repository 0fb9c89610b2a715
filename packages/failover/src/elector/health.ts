import { note, set, type Turn } from "./turn.ts";

/** R6: N failures of the last M probes make the server ill, a row of passes makes it well again. */
export function onProbed(turn: Turn, probe: "passing" | "failing"): void {
  const { settings, healthy } = turn.state;
  const { failures, of, passes } = settings.health;
  const probes = [...turn.state.probes, probe].slice(-Math.max(of, passes));
  const failed = probes.slice(-of).filter((one) => one === "failing").length;
  const row = probes.slice(-passes);
  const recovered = row.length === passes && row.every((one) => one === "passing");
  // What brought the server back is not held against it: the count of failures begins anew.
  if (healthy ? failed >= failures : recovered) set(turn, { healthy: !healthy, probes: [] });
  else set(turn, { probes });
}

const TILT_TEXT = {
  loop: (ms: number) => `This process stood still for ${ms} ms: it leads nobody until the store has answered.`,
  wall: (ms: number) =>
    `The time of day jumped by ${ms} ms against the monotonic clock: this node leads nobody until the store has answered.`,
} as const;

/** R5: the process stood still, or a clock jumped. Until the store has answered, this node leads nobody and applies for nothing. */
export function onTilted(turn: Turn, clock: "loop" | "wall", ms: number): void {
  if (turn.state.tiltedAt === undefined) note(turn, "tilt", TILT_TEXT[clock](Math.round(ms)));
  set(turn, { tiltedAt: turn.now, readAt: turn.now });
  const { stand } = turn.state;
  if ("tenure" in stand && stand.tenure.renewAt !== Number.POSITIVE_INFINITY) {
    set(turn, { stand: { ...stand, tenure: { ...stand.tenure, renewAt: turn.now } } });
  }
}

export function onLagged(turn: Turn, syncLagMs: number | undefined): void {
  set(turn, { syncLagMs });
}
