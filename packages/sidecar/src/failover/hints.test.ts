import { expect, it } from "vitest";
import { durationMs } from "./durations.ts";
import { adminUrlAt, hintsOf } from "./hints.ts";

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
  expect(hintsOf({})).toEqual({ notes: [] });
});

it.each([
  ["a", false, "http://a:9466"],
  ["a", true, "https://a:9466"],
  ["10.0.0.2:9000", true, "https://10.0.0.2:9000"],
  ["a:443", true, "https://a"],
  ["http://a:9000", true, "http://a:9000"],
  ["[fd00::2]", false, "http://[fd00::2]:9466"],
  ["ftp://a", false, undefined],
  ["http://user@a", false, undefined],
  ["a/b", false, undefined],
])("takes PRIMARY_HOST %j for the address of a sidecar", (host, isTls, url) => {
  expect(adminUrlAt(host, isTls)).toBe(url);
});

it("takes no interval that no config could have: a timer of a thousand days fires at once", () => {
  const { everyMs, syncIntervalMs, notes } = hintsOf({ HEALTH_CHECK_INTERVAL: "1ms", SYNC_INTERVAL: "99999999" });
  expect([everyMs, syncIntervalMs]).toEqual([undefined, undefined]);
  expect(notes).toEqual([expect.stringContaining("HEALTH_CHECK_INTERVAL is not between"), expect.anything()]);
});

it("says of what is no duration that it does not count", () => {
  const { everyMs, notes } = hintsOf({ HEALTH_CHECK_INTERVAL: "often", PRIMARY_HOST: "a" });
  expect(everyMs).toBeUndefined();
  expect(notes.join()).toContain("HEALTH_CHECK_INTERVAL is no duration");
  expect(notes.join()).not.toContain("often");
});
