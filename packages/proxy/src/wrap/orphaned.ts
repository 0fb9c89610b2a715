import { setTimeout as pause } from "node:timers/promises";

const LOOK_MS = 250;
const parent = process.ppid;

/**
 * Waits until whoever started us is dead, which is true, or `over` comes first. Looked at only once stdin has ended: a client
 * that ended it on purpose ends us itself when it has waited long enough; one that was killed will not.
 */
export async function whenOrphaned(over: Promise<unknown>): Promise<boolean> {
  let isOver = false;
  void over.then(() => {
    isOver = true;
  });
  while (!isOver && process.ppid === parent) await pause(LOOK_MS, undefined, { ref: false });
  return !isOver;
}
