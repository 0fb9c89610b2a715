import { test } from "vitest";
import { flipThrough, KINDS } from "../../testing/flips.ts";

for (const [kind, change] of Object.entries(KINDS)) {
  test(`B3: a flipped bit anywhere is found before restore touches anything (${kind})`, async () => {
    await flipThrough(change(), 35);
  });
}
