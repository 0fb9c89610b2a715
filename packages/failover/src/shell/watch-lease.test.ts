import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { ManualClock } from "../../testing/manual-clock.ts";
import { MemoryStore } from "../../testing/memory-store.ts";
import { watchLease } from "./watch-lease.ts";

test("a store that is away for a long time leaves nothing behind of all the watches that were begun", async () => {
  const clock = new ManualClock();
  const store = new MemoryStore(clock);
  let begun = 0;
  store.watch = async function* () {
    begun++;
    yield* [];
    throw new Error("connection refused");
  };
  const ending = new AbortController();
  const { signal } = ending;
  const quiet = { onStirred: () => undefined, onFault: () => undefined };
  const ended = watchLease({ store, group: "files", clock, againAfterMs: 500, signal, ...quiet });
  await clock.run(100_000);
  expect(begun).toBeGreaterThan(199);
  expect(getEventListeners(signal, "abort").length).toBeLessThan(3);
  ending.abort();
  await ended;
});
