import { expect, it } from "vitest";
import { durationMs } from "./durations.ts";
import { hintsOf } from "./hints.ts";

it.each([
  ["10s", 10_000],
  ["500ms", 500],
  ["2m", 120_000],
  ["1h", 3_600_000],
  ["30", 30_000],
  ["0.5", 500],
  ["soon", undefined],
  ["-1s", undefined],
  ["", undefined],
])("reads %j as %s ms", (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});

it("takes the intervals of usual compose files, and only mentions who they say leads", () => {
  const { everyMs, syncIntervalMs, notes } = hintsOf({
    ROLE: "primary",
    HEALTH_CHECK_INTERVAL: "5",
    SYNC_INTERVAL: "30s",
  });
  expect([everyMs, syncIntervalMs]).toEqual([5_000, 30_000]);
  expect(notes).toEqual([expect.stringContaining("every node boots as a standby")]);
  expect(hintsOf({})).toEqual({ everyMs: undefined, syncIntervalMs: undefined, notes: [] });
});

it("says of what is no duration that it does not count", () => {
  const { everyMs, notes } = hintsOf({ HEALTH_CHECK_INTERVAL: "often", PRIMARY_HOST: "a" });
  expect(everyMs).toBeUndefined();
  expect(notes.join()).toContain("HEALTH_CHECK_INTERVAL is no duration");
  expect(notes.join()).not.toContain("often");
});
