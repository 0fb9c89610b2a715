import { it } from "vitest";
import { killRounds } from "../../testing/arbiter-rounds.ts";
import { random } from "../../testing/temp.ts";

const ROUNDS = Number(process.env.ROUNDS ?? 100);
const SEED = Number(process.env.SEED ?? 6);

it(`an arbiter killed at ${ROUNDS} random moments of seed ${SEED} never gives a token twice`, () =>
  killRounds(ROUNDS, random(SEED)));
