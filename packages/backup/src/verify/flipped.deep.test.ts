import { test } from "vitest";
import { flipThrough, KINDS } from "../../testing/flips.ts";

const rounds = Number(process.env.ROUNDS ?? 120);

for (const [kind, change] of Object.entries(KINDS)) {
  test(`B3: a flipped bit anywhere is found before restore touches anything (${kind}, ${rounds * 2} in each file)`, async () => {
    await flipThrough(change(), rounds * 2);
  });
}
