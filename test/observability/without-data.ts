import { setTimeout as pause } from "node:timers/promises";
import type { Estate } from "./estate.ts";
import type { Expression } from "./expressions.ts";

const AGAIN_MS = 1_000;
/** Steps of minutes would fall beside what was scraped in one. */
const SUBQUERY = /\[\w+:\w+\]/g;

/** Which of them have given no series since the beginning, in words; asks again until all have, or for so long. Throws at one that Prometheus does not take. */
export async function withoutData(
  { prometheus, since }: Estate,
  asked: readonly Expression[],
  patienceMs: number,
): Promise<readonly string[]> {
  const deadline = Date.now() + patienceMs;
  // Panels and alerts ask the same here and there.
  let left = new Set(asked.map(({ expr }) => expr));
  for (;;) {
    const span = { from: since, to: Date.now() / 1000, stepSeconds: 1 };
    const isEmpty = async (expr: string) =>
      (await prometheus.seriesWithin(expr.replaceAll(SUBQUERY, "[2m:1s]"), span)) === 0;
    const empty = new Set<string>();
    for (const expr of left) if (await isEmpty(expr)) empty.add(expr);
    left = empty;
    if (left.size === 0 || Date.now() > deadline) break;
    await pause(AGAIN_MS);
  }
  return asked.filter(({ expr }) => left.has(expr)).map(({ where, expr }) => `${where}: ${expr}`);
}
