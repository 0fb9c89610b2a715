import { setTimeout as pause } from "node:timers/promises";

/** Sends a signal to every process of a group. Tells whether there was any. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    // EPERM: a member took on another user. It is there, and not ours to end.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const POLL_MS = 20;

/** Waits until the group is empty or the time is up; tells whether it is empty. Nobody is told when a grandchild ends, so it looks. */
export async function isGroupGone(group: number, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (signalGroup(group, 0)) {
    if (performance.now() >= until) return false;
    await pause(POLL_MS);
  }
  return true;
}
