import fc from "fast-check";
import { test } from "vitest";
import { chaos, oneAtATime, oneInTheEnd } from "../../testing/chaos.ts";

const rounds = Number(process.env.ROUNDS ?? 1_000);
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

test(`at most one leads at any time, and one in the end (${rounds} rounds, seed ${seed})`, () => {
  fc.assert(fc.property(chaos, oneAtATime), { numRuns: rounds, seed });
  fc.assert(fc.property(chaos, oneInTheEnd), { numRuns: rounds, seed });
});
