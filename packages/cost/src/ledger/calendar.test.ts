import { rmSync } from "node:fs";
import { join } from "node:path";
import type { JournalUse } from "@mcp-ops/formats";
import { describe, expect, it } from "vitest";
import { calls, freshPlace, journal, minuteOf, open, place, usage, use } from "../../testing/a-ledger.ts";
import { MINUTE_MS } from "../calendar/zone.ts";
import type { DayQuantities } from "../quantities.ts";
import type { Ledger } from "./ledger.ts";

freshPlace();

describe("a day", () => {
  it("has 23 or 25 hours where the clocks change, and every minute of it and no other", async () => {
    for (const [timeZone, day, hours] of [
      ["Europe/Vienna", "2026-03-29", 23],
      ["Europe/Vienna", "2026-10-25", 25],
      ["Australia/Lord_Howe", "2026-10-04", 23.5],
      ["Asia/Kathmandu", "2026-10-25", 24],
    ] as const) {
      place.nowMs = Date.parse(`${day}T00:00:00Z`) + 3 * 86_400_000;
      using ledger = await open({
        file: join(place.folder, `${timeZone.slice(0, 4)}-${day}.db`),
        calendar: { timeZone, prices: [] },
      });
      const noon = Date.parse(`${day}T00:00:00Z`);
      // Two days and more in fast-forward: one call and a second of CPU time in each minute.
      const lines: JournalUse[] = [];
      for (let ms = noon - 30 * 3_600_000; ms < noon + 40 * 3_600_000; ms += MINUTE_MS)
        lines.push(use(new Date(ms).toISOString()));
      journal(ledger, ...lines);
      usage(ledger, new Date(noon - 30 * 3_600_000).toISOString(), new Date(noon + 40 * 3_600_000).toISOString(), {
        cpuUs: 70 * 60 * 1_000_000,
      });
      const found = ledger.day(day);
      expect(calls(found), `${timeZone} ${day}`).toEqual([["", hours * 60]]);
      expect(found?.segments[0]?.servers[0]?.used.cpuUs).toBe(BigInt(hours * 60 * 1_000_000));
      expect(found?.isComplete).toBe(true);
    }
  });

  it("is complete when it is over and what was still to be written about it has been read", async () => {
    using ledger = await open();
    journal(ledger, use("2026-11-21T11:00Z"));
    const isComplete = (at: string) => {
      place.nowMs = Date.parse(at);
      return ledger.day("2026-11-21")?.isComplete;
    };
    expect([
      isComplete("2026-11-21T23:59:59Z"),
      isComplete("2026-11-22T00:01Z"),
      isComplete("2026-11-22T00:05Z"),
    ]).toEqual([false, false, true]);
  });

  it("is split where the price changes at noon", async () => {
    const prices = [
      { fromMinute: minuteOf("2026-01-01T00:00Z"), price: "old" },
      { fromMinute: minuteOf("2026-11-21T12:00Z"), price: "new" },
    ];
    place.nowMs = Date.parse("2026-11-21T18:00Z");
    using ledger = await open({ calendar: { timeZone: "UTC", prices } });
    usage(ledger, "2026-11-21T11:59:00Z", "2026-11-21T12:03:00Z", { cpuUs: 4_000_001 });
    journal(ledger, use("2026-11-21T11:59Z"), use("2026-11-21T12:00Z"), use("2026-11-21T12:01Z"));
    const day = ledger.day("2026-11-21");
    expect(calls(day)).toEqual([
      ["old", 1],
      ["new", 2],
    ]);
    expect(day?.segments.map(({ servers }) => servers[0]?.used.cpuUs)).toEqual([1_000_000n, 3_000_001n]);
  });
});

describe("a new calendar", () => {
  const prices = [
    { fromMinute: minuteOf("2026-11-20T00:00Z"), price: "winter" },
    { fromMinute: minuteOf("2026-11-21T06:30Z"), price: "dear" },
  ];

  const HOURS = 40;

  /** Days with everything in it. */
  async function full(ledger: Ledger) {
    for (let hour = 0; hour < HOURS; hour++) {
      const at = new Date(Date.parse("2026-11-19T20:00Z") + hour * 3_600_000).toISOString();
      const later = new Date(Date.parse(at) + 20 * 60_000).toISOString();
      const allocations = {
        weather: { milliCores: 10, memoryBytes: 1_000 },
        _machine: { milliCores: 2_000, memoryBytes: 9_999 },
      };
      usage(ledger, at, later, {
        cpuUs: 40_000_000 + hour,
        memoryByteMs: 3_000_000_001n,
        memoryBytes: hour,
        sentBytes: 7,
        receivedBytes: 3,
        allocations,
      });
      journal(
        ledger,
        use(at, {
          principal: `p${hour % 3}`,
          session: `s${hour % 5}`,
          tokens: { estimate: hour },
          latencies: [[hour + 1, 1]],
        }),
        use(later, { status: "tool_error", cpu: { us: 5, calls: 1 } }),
        {
          kind: "definitions",
          minute: minuteOf(at),
          server: "weather",
          method: "estimate",
          tokens: hour,
          tools: [["forecast", 3]],
        },
        { kind: "lost", minute: minuteOf(at), count: 2, why: "queue" },
      );
    }
  }

  const everything = (ledger: Ledger) => ({
    days: ledger.days.map((day) => ledger.day(day)),
    outcomes: [...ledger.outcomeDays({ from: "2026-11-01", to: "2026-12-01" })],
  });

  it("splits the past as if it had held from the start", async () => {
    for (const calendar of [
      { timeZone: "UTC", prices },
      { timeZone: "Asia/Kathmandu", prices },
      { timeZone: "America/New_York", prices: [] },
    ]) {
      rmSync(join(place.folder, "deep"), { recursive: true, force: true });
      using ledger = await open();
      await full(ledger);
      await ledger.setCalendar(calendar);
      using other = await open({ file: join(place.folder, `${calendar.timeZone.slice(0, 4)}.db`), calendar });
      await full(other);
      const { days, outcomes } = everything(other);
      // Lost exchanges are known by segment only.
      const lostTogether = (quantities: readonly (DayQuantities | undefined)[]) =>
        quantities.map((day) => ({ ...day, lost: undefined }));
      const after = everything(ledger);
      expect(lostTogether(after.days)).toEqual(lostTogether(days));
      expect(after.outcomes).toEqual(outcomes);
      expect(after.days.reduce((sum, day) => sum + (day?.lost.queue ?? 0), 0)).toBe(2 * HOURS);
    }
  });

  it("leaves alone what lies before the change, and what it can no longer split", async () => {
    using ledger = await open({ retention: { minuteDays: 1, dayDays: 400 } });
    place.nowMs = Date.parse("2026-11-19T23:00:00Z");
    journal(ledger, use("2026-11-19T22:00Z"));
    place.nowMs = Date.parse("2026-11-21T12:00:00Z");
    journal(ledger, use("2026-11-21T01:00Z"));
    while (ledger.expire());
    await ledger.setCalendar({ timeZone: "Europe/Vienna", prices });
    expect(ledger.day("2026-11-19")).toMatchObject({ timeZone: "UTC", segments: [{ price: "" }] });
    expect(ledger.day("2026-11-21")).toMatchObject({
      timeZone: "Europe/Vienna",
      segments: [{ price: "winter" }],
    });
    expect(calls(ledger.day("2026-11-19"))).toEqual([["", 1]]);
  });

  it("that could not be applied to the end is applied when the ledger is opened next", async () => {
    {
      using ledger = await open();
      await full(ledger);
    }
    // As a process that was killed in the midst of it leaves it: some segments are new, and the old calendar is remembered.
    {
      using ledger = await open();
      const change = ledger.setCalendar({ timeZone: "Asia/Kathmandu", prices });
      change.catch(() => {});
    }
    const calendar = { timeZone: "Asia/Kathmandu", prices };
    using ledger = await open({ calendar });
    using other = await open({ file: join(place.folder, "other.db"), calendar });
    await full(other);
    const totals = (one: Ledger) => one.days.map((day) => [day, calls(one.day(day))]);
    expect(totals(ledger)).toEqual(totals(other));
  });

  it("finds what is booked while it splits the past", async () => {
    using ledger = await open();
    usage(ledger, "2026-11-21T00:00:00Z", "2026-11-21T00:01:00Z", { cpuUs: 7 });
    const splitting = ledger.setCalendar({ timeZone: "Europe/Vienna", prices: [] });
    usage(ledger, "2026-11-21T00:10:00Z", "2026-11-21T00:11:00Z", { cpuUs: 5 });
    journal(ledger, use("2026-11-21T00:10Z"));
    await splitting;
    expect(calls(ledger.day("2026-11-21"))).toEqual([["", 1]]);
    expect(ledger.day("2026-11-21")?.segments[0]?.servers[0]?.used.cpuUs).toBe(12n);
    expect([...ledger.outcomeDays({ from: "2026-11-21", to: "2026-11-22" })]).toMatchObject([{ count: 1 }]);
  });
});
