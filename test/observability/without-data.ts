import { setTimeout as pause } from "node:timers/promises";
import type { Estate } from "./estate.ts";
import type { Expression } from "./expressions.ts";

const AGAIN_MS = 1_000;

/** Which of them have given no series since the beginning, in words; asks again until all have, or for so long. Throws at one that Prometheus does not take. */
export async function withoutData(
  { prometheus, since }: Estate,
  asked: readonly Expression[],
  patienceMs: number,
): Promise<readonly string[]> {
  const deadline = Date.now() + patienceMs;
  let left = asked;
  for (;;) {
    const span = { from: since, to: Date.now() / 1000, stepSeconds: 1 };
    const empty: Expression[] = [];
    for (const one of left) if ((await prometheus.seriesWithin(one.expr, span)) === 0) empty.push(one);
    left = empty;
    if (left.length === 0 || Date.now() > deadline) return left.map(({ where, expr }) => `${where}: ${expr}`);
    await pause(AGAIN_MS);
  }
}
