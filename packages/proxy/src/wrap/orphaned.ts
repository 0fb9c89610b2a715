import { setTimeout as pause } from "node:timers/promises";
import type { Child } from "../child/child.ts";
import { whenQuiet } from "../child/quiet.ts";

const LOOK_MS = 250;
/** The process that takes in orphans. */
const INIT = 1;
/** With init for a parent from the start, nobody can tell an orphan from a service: one that owes no answer and says nothing for so long is taken for one. */
const QUIET_MS = 5_000;
const parent = process.ppid;

/**
 * Waits until whoever started us is dead, which is true, or the server has ended. Looked at only once stdin has ended: a client
 * that ended it on purpose ends us itself when it has waited long enough; one that was killed will not.
 */
export async function whenOrphaned({ exited, stdout }: Child, owesAnswers: () => boolean): Promise<boolean> {
  let isOver = false;
  const over = exited.then(() => {
    isOver = true;
  });
  if (parent === INIT) await Promise.race([over, whenQuiet(stdout, QUIET_MS, owesAnswers)]);
  else while (!isOver && process.ppid === parent) await pause(LOOK_MS, undefined, { ref: false });
  return !isOver;
}
