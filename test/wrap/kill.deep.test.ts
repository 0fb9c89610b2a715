import { expect, test } from "vitest";
import { killRound, PARTIES } from "./torture.ts";

const ROUNDS = Number(process.env.ROUNDS ?? 12);
const SEED = Number(process.env.SEED ?? 1);

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

test(`${ROUNDS} kills at random moments leave nothing behind (SEED=${SEED})`, async () => {
  const random = randomFrom(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const party = PARTIES[round % PARTIES.length] ?? "wrap";
    const afterMs = random() * 400;
    await killRound(party, afterMs, `deep-${process.pid}-${SEED}-${round}`);
  }
  expect(ROUNDS).toBeGreaterThan(0);
});
