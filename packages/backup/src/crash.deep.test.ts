import { test } from "vitest";
import { createRounds, restoreRounds } from "../testing/kill-rounds.ts";

const rounds = Number(process.env.ROUNDS ?? 80);
const seed = Number(process.env.SEED ?? 7);

test(`B1: after any kill, every visible backup verifies (${rounds / 2} kills of seed ${seed})`, async () => {
  await createRounds(Math.ceil(rounds / 2), seed);
});

test(`B4: killed during a restore, the old tree or the new one stands, never a mix (${rounds / 2} kills of seed ${seed})`, async () => {
  await restoreRounds(Math.ceil(rounds / 2), seed);
});
