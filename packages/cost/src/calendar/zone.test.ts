import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MINUTE_MS, shiftDay, Zone } from "./zone.ts";

const minute = (text: string) => Date.parse(text) / MINUTE_MS;
const hours = (zone: string, day: string) => {
  const { startOf, endOf } = bound(new Zone(zone));
  return (endOf(day) - startOf(day)) / 60;
};
const bound = (zone: Zone) => ({ startOf: zone.startOf.bind(zone), endOf: zone.endOf.bind(zone) });

describe("a day", () => {
  it("has 23 or 25 hours where the clocks change, and half an hour less on Lord Howe", () => {
    expect(hours("Europe/Vienna", "2026-03-29")).toBe(23);
    expect(hours("Europe/Vienna", "2026-10-25")).toBe(25);
    expect(hours("Australia/Lord_Howe", "2026-10-04")).toBe(23.5);
    expect(hours("UTC", "2026-10-25")).toBe(24);
  });

  it("begins at its first hour where the clocks skip midnight, and at a quarter past in Kathmandu", () => {
    expect(new Zone("America/Santiago").startOf("2026-09-06")).toBe(minute("2026-09-06T04:00Z"));
    expect(new Zone("Asia/Kathmandu").startOf("2026-11-21")).toBe(minute("2026-11-20T18:15Z"));
  });

  it("that was left out has no minutes, and belongs to nobody", () => {
    const apia = new Zone("Pacific/Apia");
    expect(apia.endOf("2011-12-30")).toBe(apia.startOf("2011-12-30"));
    expect(apia.dayOf(apia.startOf("2011-12-30"))).toBe("2011-12-31");
  });

  it("holds every minute of its bounds and no other, in any zone", () => {
    const zones = ["Europe/Vienna", "America/Santiago", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"].map(
      (name) => new Zone(name),
    );
    const from = minute("2007-01-01T00:00Z");
    const moments = fc.integer({ min: from, max: minute("2030-01-01T00:00Z") });
    fc.assert(
      fc.property(fc.constantFrom(...zones), moments, (zone, moment) => {
        const day = zone.dayOf(moment);
        expect(zone.startOf(day)).toBeLessThanOrEqual(moment);
        expect(zone.endOf(day)).toBeGreaterThan(moment);
        expect(zone.startOf(shiftDay(day, 1))).toBe(zone.endOf(day));
      }),
    );
  });
});

it("a zone that does not exist is refused with an example of one that does", () => {
  expect(() => new Zone("Vienna")).toThrow(expect.objectContaining({ code: "COST_ZONE_UNKNOWN" }));
});
