import { expect, it } from "vitest";
import { Faults } from "./faults.ts";

it("a store that is down for an hour is a line a minute, and the newest reason is known all the time", () => {
  let now = 0;
  const log: string[] = [];
  const faults = new Faults(
    (_, message) => log.push(message),
    () => now,
  );
  for (; now < 3_600_000; now += 500) {
    faults.add(Object.assign(new Error(`not for ${now} ms`), { code: "FAILOVER_ARBITER_WAITS" }));
    faults.add(new Error("too late"));
  }
  expect(log).toHaveLength(120);
  expect(log.slice(0, 2)).toEqual(["The election: not for 0 ms", "The election: too late"]);
  for (let kind = 0; kind < 200; kind++) faults.add(new Error(`kind ${kind}`));
  expect(faults.last).toBe("kind 199");
});
