import { note, set, type Turn } from "./turn.ts";

/** R7. */
export function onBoot(turn: Turn): void {
  note(turn, "boot", "A node begins as a standby, whatever it was before.");
}

/** R10: decisions are frozen. A holder keeps renewing, whatever its health; nobody applies for the lease. */
export function onPause(turn: Turn, by: string): void {
  const was = turn.state.memory.paused;
  remember(turn, true);
  if (was) return;
  note(turn, "paused", "No node applies for the lease, and none gives it back for its health, until it is resumed.", {
    by,
  });
}

export function onResume(turn: Turn, by: string): void {
  const was = turn.state.memory.paused;
  remember(turn, false);
  if (!was) return;
  note(turn, "resumed", "Decisions are taken again.", { by });
}

/** Drains first if this node leads, and gives the lease back. */
export function onShutdown(turn: Turn): void {
  set(turn, { closing: true });
}

/** Who pauses waits until the shell has written it. */
function remember(turn: Turn, paused: boolean): void {
  set(turn, { memory: { ...turn.state.memory, paused } });
}
