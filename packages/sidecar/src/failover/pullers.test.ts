import { expect, it } from "vitest";
import { Pullers } from "./pullers.ts";

const never = new AbortController().signal;

it("has drained at once when nobody was told to lead, or everybody's time is over", async () => {
  let now = 0;
  const pullers = new Pullers(() => now);
  await expect(pullers.allStopped(never)).resolves.toBe("drained");
  pullers.told("gate", 1_000);
  pullers.told(undefined, 2_000);
  now = 2_000;
  await expect(pullers.allStopped(never)).resolves.toBe("drained");
});

it("waits for each that was told to lead; the nameless cannot confirm", async () => {
  const pullers = new Pullers(() => 0);
  for (const name of ["one", "two", undefined]) pullers.told(name, 60_000);
  const stop = new AbortController();
  const drained = pullers.allStopped(stop.signal);
  pullers.stopped("one");
  pullers.stopped("two");
  stop.abort();
  await expect(drained).resolves.toBe("unconfirmed");
});

it("has drained when the last one confirms", async () => {
  const pullers = new Pullers(() => 0);
  for (const name of ["one", "two"]) pullers.told(name, 60_000);
  const drained = pullers.allStopped(never);
  pullers.stopped("two");
  pullers.stopped("one");
  await expect(drained).resolves.toBe("drained");
});

it("remembers a hundred by name, and the longest time of all others", async () => {
  let now = 0;
  const pullers = new Pullers(() => now);
  for (let i = 0; i < 150; i++) pullers.told(`gate-${i}`, 1_000 + i);
  for (let i = 0; i < 150; i++) pullers.stopped(`gate-${i}`);
  const stop = AbortSignal.abort();
  await expect(pullers.allStopped(stop)).resolves.toBe("unconfirmed");
  now = 1_149;
  await expect(pullers.allStopped(never)).resolves.toBe("drained");
});
