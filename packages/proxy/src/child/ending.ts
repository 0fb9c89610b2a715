import { constants } from "node:os";

/** How a process ended: by itself with a code, or by a signal. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Ends this process as the child ended: by the same signal, else with the exit code that is given back. */
export function endLike({ code, signal }: Ending): number {
  if (signal === null) return code ?? 1;
  process.kill(process.pid, signal);
  // Still here: a signal that Node ignores, such as SIGPIPE. This is how a shell reports it.
  return 128 + constants.signals[signal];
}
