import { describe, expect, it } from "vitest";
import { calls, freshPlace, journal, minuteOf, open, place, usage, use } from "../../testing/a-ledger.ts";

freshPlace();

describe("retention", () => {
  it("takes minutes and sessions away first, then days, then names", async () => {
    using ledger = await open({ retention: { minuteDays: 2, dayDays: 10 } });
    journal(ledger, use("2026-11-21T11:00Z", { session: "s1" }));
    usage(ledger, "2026-11-21T11:00:00Z", "2026-11-21T11:00:15Z", { cpuUs: 5, measuredMs: 15_000 });
    const range = { server: "weather", from: 0, to: minuteOf("2027-01-01") };
    const kept = () => ({
      minutes: [...ledger.outcomes(range)].length,
      points: ledger.points(range).length,
      sessions: ledger.day("2026-11-21")?.segments[0]?.servers[0]?.sessions.length,
      calls: calls(ledger.day("2026-11-21")),
      outcomes: [...ledger.outcomeDays({ from: "2026-11-21", to: "2026-11-22" })].length,
    });
    while (ledger.expire());
    expect(kept()).toEqual({ minutes: 1, points: 1, sessions: 1, calls: [["", 1]], outcomes: 1 });
    place.nowMs = Date.parse("2026-11-24T12:00Z");
    while (ledger.expire());
    expect(kept()).toEqual({ minutes: 0, points: 0, sessions: 0, calls: [["", 1]], outcomes: 1 });
    place.nowMs = Date.parse("2026-12-24T12:00Z");
    while (ledger.expire());
    expect(ledger.days).toEqual([]);
  });

  it("takes few rows at once, so that it holds nobody up", async () => {
    using ledger = await open({ retention: { minuteDays: 2, dayDays: 31 } });
    for (const hour of ["10", "11"]) {
      const many = Array.from({ length: 1_500 }, (_, index) =>
        use(`2026-11-21T${hour}:00Z`, { session: `s${index % 500}`, target: `t${Math.floor(index / 500)}` }),
      );
      journal(ledger, ...many);
    }
    place.nowMs = Date.parse("2026-11-25T12:00Z");
    expect([ledger.expire(), ledger.expire()]).toEqual([true, false]);
    expect(calls(ledger.day("2026-11-21"))).toEqual([["", 3_000]]);
  });

  it("that is made longer brings no minutes back: a new zone leaves alone what they were summed up to", async () => {
    {
      using brief = await open({ retention: { minuteDays: 2, dayDays: 90 } });
      journal(brief, use("2026-11-20T11:00Z"), use("2026-11-21T11:00Z"));
      place.nowMs = Date.parse("2026-11-30T12:00Z");
      while (brief.expire());
    }
    using ledger = await open({ retention: { minuteDays: 35, dayDays: 90 } });
    while (ledger.expire());
    journal(ledger, use("2026-11-30T11:00Z"));
    await ledger.setCalendar({ timeZone: "Europe/Vienna", prices: [] });
    for (const day of ["2026-11-20", "2026-11-21"]) {
      expect(ledger.day(day)).toMatchObject({ timeZone: "UTC" });
      expect(calls(ledger.day(day))).toEqual([["", 1]]);
    }
    expect(ledger.day("2026-11-30")).toMatchObject({ timeZone: "Europe/Vienna" });
  });

  it("by a clock that was months ahead for a while does not keep later days from being split anew", async () => {
    using ledger = await open();
    place.nowMs = Date.parse("2027-06-01T12:00Z");
    while (ledger.expire());
    place.nowMs = Date.parse("2026-11-22T12:00Z");
    journal(ledger, use("2026-11-22T11:00Z"));
    await ledger.setCalendar({ timeZone: "Europe/Vienna", prices: [] });
    expect(ledger.day("2026-11-22")).toMatchObject({ timeZone: "Europe/Vienna" });
  });
});
