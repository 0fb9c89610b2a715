import { note, set, type Turn } from "./turn.ts";

/** The store has answered. What was asked after the clock misbehaved ends the distrust (R5). */
export function heard(turn: Turn, askedAt: number): void {
  const { tiltedAt } = turn.state;
  set(turn, { answeredAt: turn.now });
  if (tiltedAt === undefined || askedAt < tiltedAt) return;
  set(turn, { tiltedAt: undefined });
  note(turn, "confirmed", "The store has answered since the clock misbehaved: this node trusts what it knows again.");
}
