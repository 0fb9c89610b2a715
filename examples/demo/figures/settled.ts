import { setTimeout as pause } from "node:timers/promises";
import { compare, tallyOf } from "./compare.ts";
import type { Sample } from "./exposition.ts";
import { figuresOf } from "./figures.ts";
import type { Tally } from "./tally.ts";

/** How long after the last client the last exchange may end. */
const SETTLE_MS = 2_000;

/** Waits until the metrics agree with the clients, for as long as there is hope. */
export async function settled(read: () => Promise<readonly Sample[]>, clients: Tally): Promise<void> {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const samples = await read();
    const done = inFlight(samples) === 0 && compare(clients, tallyOf(samples)).length === 0;
    if (done || performance.now() > deadline) return;
    await pause(20);
  }
}

export function inFlight(samples: readonly Sample[]): number {
  return figuresOf(samples).reduce((sum, figure) => sum + figure.inFlight, 0);
}
