/** Thousands of calls through our proxy, while the group switches over again and again. `ROUNDS` is the calls of each kind of client. */
import { expect, test, vi } from "vitest";
import { followed } from "./followed-front.ts";
import { Pair } from "./pair.ts";
import { nothingTwice, tell, writing } from "./writing.ts";

/** Two kinds have no sessions: 10 000 calls of theirs, and half as many of sessions. */
const CALLS = Number(process.env.ROUNDS ?? 5000);
/** Answers between two switchovers. */
const BETWEEN = 1000;

test("planned switchovers through the proxy lose none of 10,000 calls without sessions, and none of 5,000 with", async () => {
  await using pair = await Pair.open();
  await using proxy = await followed(pair);
  let switchovers = 0;
  const tallies = await writing(proxy.url, CALLS, async (answers) => {
    await pair.switchOver();
    switchovers++;
    const next = answers() + BETWEEN;
    await vi.waitUntil(() => answers() >= next, { timeout: 300_000, interval: 50 });
  });
  tell(`${switchovers} switchovers`, tallies, await proxy.figures());
  for (const { failed, answered } of tallies.values()) {
    expect(failed).toEqual([]);
    expect(answered.length).toBeGreaterThanOrEqual(CALLS);
  }
  nothingTwice(pair, tallies.values());
  expect(switchovers).toBeGreaterThan(1);
});
