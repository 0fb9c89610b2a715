/** Clients of every kind that write through one front while things happen to the nodes behind it. */
import { expect, vi } from "vitest";
import { PATIENCE } from "../sidecar/house.ts";
import type { Figures } from "./followed-front.ts";
import type { Pair } from "./pair.ts";
import { Tally, type WriterKind } from "./writers.ts";

const KINDS: readonly WriterKind[] = ["v1 with sessions", "v2 modern", "v2 legacy, stateless"];
/** Of each kind. */
export const CLIENTS = 2;

export type Tallies = ReadonlyMap<WriterKind, Tally>;

/** SDK v1 does not notice that the stream of its call broke off: where servers are killed, it is this long until it knows. */
export const KILLED_MS = 15_000;

/** `meanwhile` happens, once and again until all have as many answers as they need. It is told how many there are. */
export async function writing(
  base: string,
  calls: number,
  meanwhile: (answers: () => number) => Promise<unknown>,
  patienceMs = 120_000,
): Promise<Tallies> {
  const tallies = new Map(KINDS.map((kind) => [kind, new Tally()]));
  const hasAll = () => [...tallies.values()].every(({ answered }) => answered.length >= calls);
  let isOver = false;
  const enough = () => isOver && hasAll();
  const writers = [...tallies].flatMap(([kind, tally]) =>
    Array.from({ length: CLIENTS }, () => tally.run({ kind, base, patienceMs }, enough)),
  );
  await vi.waitFor(() => {
    for (const { answered } of tallies.values()) expect(answered.length).toBeGreaterThan(20);
  }, PATIENCE);
  try {
    const answers = () => [...tallies.values()].reduce((sum, { answered }) => sum + answered.length, 0);
    do await meanwhile(answers);
    while (!hasAll());
  } finally {
    isOver = true;
  }
  await Promise.all(writers);
  return tallies;
}

export function tell(what: string, tallies: Tallies, figures: Figures): void {
  for (const [kind, tally] of tallies) {
    const { answered, failed } = tally;
    const gap = Math.round(tally.longestGapMs());
    console.log(`${what}, ${kind}: ${answered.length} answered, ${failed.length} failed, longest gap ${gap} ms`);
  }
  console.log(`${what}: ${JSON.stringify(figures)}`);
}

/** Every answer was written, and nothing was written twice, whoever sent it again. */
export function nothingTwice(pair: Pair, tallies: Iterable<Tally>): void {
  const written = new Set(pair.written);
  expect(written.size).toBe(pair.written.length);
  for (const { answered } of tallies) for (const { call } of answered) expect(written).toContain(call);
}
