import { describe, expect, it } from "vitest";
import { calls, freshPlace, journal, live, minuteOf, open, place, usage, use } from "../../testing/a-ledger.ts";

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
    live(ledger, "2026-11-23", "2026-11-24");
    while (ledger.expire());
    expect(kept()).toEqual({ minutes: 0, points: 0, sessions: 0, calls: [["", 1]], outcomes: 1 });
    const tenDays = Array.from({ length: 10 }, (_, index) => `2026-12-${15 + index}`);
    live(ledger, ...tenDays);
    while (ledger.expire());
    expect(ledger.days).toEqual(tenDays);
  });

  it("takes few rows at once, so that it holds nobody up", async () => {
    using ledger = await open({ retention: { minuteDays: 2, dayDays: 31 } });
    for (const hour of ["10", "11"]) {
      const many = Array.from({ length: 1_500 }, (_, index) =>
        use(`2026-11-21T${hour}:00Z`, { session: `s${index % 500}`, target: `t${Math.floor(index / 500)}` }),
      );
      journal(ledger, ...many);
    }
    live(ledger, "2026-11-24", "2026-11-25");
    expect([ledger.expire(), ledger.expire()]).toEqual([true, false]);
    expect(calls(ledger.day("2026-11-21"))).toEqual([["", 3_000]]);
  });

  it("that is made longer brings no minutes back: a new zone leaves alone what they were summed up to", async () => {
    {
      using brief = await open({ retention: { minuteDays: 2, dayDays: 90 } });
      journal(brief, use("2026-11-20T11:00Z"), use("2026-11-21T11:00Z"));
      live(brief, "2026-11-29", "2026-11-30");
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

  it("believes no clock that jumped: what one day lived in a time to come has pushed out is one day", async () => {
    using ledger = await open({ retention: { minuteDays: 3, dayDays: 31 } });
    live(ledger, "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21");
    journal(ledger, use("2026-11-19T11:00Z", { session: "s1" }), use("2026-11-21T11:00Z"));
    const points = () => {
      while (ledger.expire());
      const kept = ledger.points({ server: "house", from: 0, to: minuteOf("2028-01-01") });
      return kept.map(({ minute }) => new Date(minute * 60_000).toISOString().slice(0, 10));
    };
    // Years ahead, and nobody has looked yet; then somebody has.
    place.nowMs = Date.parse("2027-06-01T12:00Z");
    expect(points()).toEqual(["2026-11-19", "2026-11-20", "2026-11-21"]);
    live(ledger, "2027-06-01");
    expect(points()).toEqual(["2026-11-20", "2026-11-21", "2027-06-01"]);
    // Ahead at a start of the machine: the time since the last look is taken for days in which nobody looked.
    place.nowMs = Date.parse("2027-06-05T12:00Z");
    const gapMs = Date.parse("2027-06-05T11:00:00Z") - Date.parse("2027-06-01T11:00:15Z");
    const allocations = { house: { milliCores: 100, memoryBytes: 1 } };
    usage(ledger, "2027-06-01T11:00:15Z", "2027-06-05T11:00:00Z", { server: "house", cpuUs: 5, gapMs, allocations });
    expect(points()).toEqual(["2026-11-20", "2026-11-21", "2027-06-01"]);
    live(ledger, "2026-11-22");
    expect(points()).toEqual(["2026-11-20", "2026-11-21", "2026-11-22", "2027-06-01"]);
    expect(calls(ledger.day("2026-11-19"))).toEqual([["", 1]]);
    expect(ledger.days).toEqual(expect.arrayContaining(["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"]));
  });

  it("takes sessions of one day at a time, so that many days that expire at once hold nobody up", async () => {
    using ledger = await open({ retention: { minuteDays: 1, dayDays: 31 } });
    const days = ["2026-11-18", "2026-11-19", "2026-11-20"];
    for (const day of days) {
      place.nowMs = Date.parse(`${day}T12:00Z`);
      journal(ledger, use(`${day}T11:00Z`, { session: "s1" }));
    }
    live(ledger, "2026-11-25");
    const withSessions = () =>
      days.filter((day) => ledger.day(day)?.segments[0]?.servers.some(({ sessions }) => sessions.length > 0));
    const left = [];
    do left.push(withSessions().length);
    while (ledger.expire());
    expect([...left, withSessions().length]).toEqual([3, 2, 1, 0]);
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
