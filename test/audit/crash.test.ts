import { test } from "vitest";
import { crashRounds } from "./crash-rounds.ts";
import { newFolder } from "./stage.ts";

test("killed at fifteen random moments, the log verifies up to its last write, each next start records the gap, and a synchronous log has every call that was answered", async () => {
  await crashRounds(newFolder(), 15, 1);
});
