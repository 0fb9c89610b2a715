import { test } from "vitest";
import { createRounds, restoreRounds } from "../testing/kill-rounds.ts";

test("B1: after any kill, every visible backup verifies (16 kills while backups are made)", async () => {
  await createRounds(16, 1);
});

test("B4: killed during a restore, no file is torn, and after the next start the old tree or the new one stands, never a mix (8 kills)", async () => {
  await restoreRounds(8, 1);
});
