import { beforeFatalSignals } from "./stand-in.ts";
import { guarded } from "./warn.ts";

const cleanUps: (() => void)[] = [];

/** Runs `cleanUp` before a signal ends the process, in the order asked. One stand-in for all: two would take each other for the host. */
export function beforeKilled(cleanUp: () => void): void {
  if (cleanUps.push(cleanUp) > 1) return;
  beforeFatalSignals(() => {
    for (const run of cleanUps) guarded("Cleaning up", run);
  });
}
