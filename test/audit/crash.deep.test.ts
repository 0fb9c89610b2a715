import { test } from "vitest";
import { crashRounds } from "./crash-rounds.ts";
import { newFolder } from "./stage.ts";

const rounds = Number(process.env.ROUNDS ?? 100);
const seed = Number(process.env.SEED ?? 7);

test(`killed at ${rounds} random moments (seed ${seed}), the log verifies up to its last write, and each next start records the gap`, async () => {
  // A new folder now and then, since every round reads all of it.
  for (let done = 0; done < rounds; done += 20)
    await crashRounds(newFolder(), Math.min(20, rounds - done), seed + done);
});
