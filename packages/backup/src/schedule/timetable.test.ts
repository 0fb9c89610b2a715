import fc from "fast-check";
import { expect, it } from "vitest";
import { TimeZone } from "./time-zone.ts";
import { timetable } from "./timetable.ts";

const between = (expression: string, zone: string | undefined, from: string, to: string) => {
  const { next } = timetable(expression, zone);
  const moments: string[] = [];
  for (let at = next(Date.parse(from)); at !== undefined && at < Date.parse(to); at = next(at)) {
    moments.push(new Date(at).toISOString().slice(0, 16));
  }
  return moments;
};

it("names the minutes of a cron expression in UTC, through every change of clocks elsewhere", () => {
  const night = between("*/5 * * * *", undefined, "2026-10-25T00:00:00Z", "2026-10-25T03:00:00Z");
  expect(night).toHaveLength(35);
  expect(between("15 3 * * 1", undefined, "2026-11-21T00:00:00Z", "2026-12-06T00:00:00Z")).toEqual([
    "2026-11-23T03:15",
    "2026-11-30T03:15",
  ]);
  expect(between("0 0 L * *", undefined, "2028-01-31T00:00:00Z", "2028-04-01T00:00:00Z")).toEqual([
    "2028-02-29T00:00",
    "2028-03-31T00:00",
  ]);
});

it("gives a daily time once a day where clocks change, also a time that they jump over or show twice", () => {
  const daily = (from: string, to: string) => between("30 2 * * *", "Europe/Vienna", from, to);
  expect(daily("2026-03-28T00:00:00Z", "2026-03-31T00:00:00Z")).toEqual([
    "2026-03-28T01:30",
    "2026-03-29T01:30",
    "2026-03-30T00:30",
  ]);
  expect(daily("2026-10-24T00:00:00Z", "2026-10-27T00:00:00Z")).toEqual([
    "2026-10-24T00:30",
    "2026-10-25T00:30",
    "2026-10-26T01:30",
  ]);
});

it("finds a leap day eight years away", () => {
  const { next } = timetable("0 12 29 2 *");
  expect(new Date(next(Date.parse("2096-03-01T00:00:00Z")) ?? 0).toISOString()).toBe("2104-02-29T12:00:00.000Z");
});

it("refuses what it cannot keep, and says how to write it", () => {
  for (const [expression, zone] of [
    ["61 * * * *"],
    ["0 0 31 4 *"],
    ["* * * * * *"],
    ["daily"],
    ["* * * * *", "Europe/Wien"],
  ]) {
    expect(() => timetable(expression ?? "", zone)).toThrow(
      expect.objectContaining({ code: "BACKUP_SCHEDULE_INVALID", message: expect.stringMatching(/Write|Use a name/) }),
    );
  }
});

it("in every zone takes each time that its clocks show exactly once", () => {
  const zones = ["Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Havana"];
  const start = fc.integer({ min: Date.parse("2024-01-01"), max: Date.parse("2030-01-01") });
  fc.assert(
    fc.property(fc.constantFrom(...zones), start, fc.integer({ min: 0, max: 1439 }), (name, from, minute) => {
      const { next } = timetable(`${minute % 60} ${Math.floor(minute / 60)} * * *`, name);
      const zone = new TimeZone(name);
      let at = from;
      const days = Array.from({ length: 400 }, () => {
        at = next(at) ?? 0;
        return Math.floor(zone.shown(at) / 86_400_000);
      });
      expect(days).toEqual(days.map((_, index) => (days[0] ?? 0) + index));
    }),
    { numRuns: 20 },
  );
});
