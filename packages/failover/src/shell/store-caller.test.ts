import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { MemoryStore } from "../../testing/memory-store.ts";
import { SYSTEM_CLOCK } from "../clock.ts";
import type { LeaseStore } from "../lease-store.ts";
import { StoreCaller } from "./store-caller.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

test("a question to the store leaves nothing behind: a standby asks twice a second for as long as it lives", async () => {
  const store: LeaseStore = new MemoryStore(SYSTEM_CLOCK);
  const signals: WeakRef<AbortSignal>[] = [];
  store.read = async (_name, { signal }) => {
    if (signal !== undefined) signals.push(new WeakRef(signal));
    return undefined;
  };
  const times = { ttlMs: 10_000, rpcTimeoutMs: 2_000 };
  const rest = { clock: SYSTEM_CLOCK, random: Math.random, onFault: () => undefined };
  const caller = new StoreCaller({ store, group: "files", holder: "a/1", ...times, ...rest });
  for (let asked = 0; asked < 100; asked++) await caller.call({ kind: "read" });
  expect(signals).toHaveLength(100);
  await expect
    .poll(() => {
      collectGarbage();
      return signals.filter((signal) => signal.deref() !== undefined).length;
    })
    .toBeLessThan(10);
  caller.end();
});
