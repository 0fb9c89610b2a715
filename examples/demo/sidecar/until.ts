import { setTimeout as pause } from "node:timers/promises";

const PATIENCE_MS = 60_000;
const EVERY_MS = 50;

/** Asks again until there is an answer. Throws when there is none for too long, and when the signal aborts. */
export async function until<T>(
  what: string,
  signal: AbortSignal,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    signal.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`${what} did not come within ${PATIENCE_MS / 1000} s`);
    await pause(EVERY_MS, undefined, { signal });
  }
}
