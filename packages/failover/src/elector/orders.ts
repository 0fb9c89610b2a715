import { note, set, type Turn } from "./turn.ts";

/** R7. */
export function onBoot(turn: Turn): void {
  note(turn, "boot", "A node begins as a standby, whatever it was before.");
}

/** R10: decisions are frozen. A holder keeps renewing, whatever its health; nobody applies for the lease. */
export function onPause(turn: Turn, by: string): void {
  remember(turn, true);
  note(turn, "paused", "No node applies for the lease, and none gives it back for its health, until it is resumed.", {
    by,
  });
}

export function onResume(turn: Turn, by: string): void {
  remember(turn, false);
  note(turn, "resumed", "Decisions are taken again.", { by });
}

/** Drains first if this node leads, and gives the lease back. */
export function onShutdown(turn: Turn): void {
  set(turn, { closing: true });
}

function remember(turn: Turn, paused: boolean): void {
  const memory = { ...turn.state.memory, paused };
  set(turn, { memory });
  turn.effects.push({ kind: "persist", memory });
}
