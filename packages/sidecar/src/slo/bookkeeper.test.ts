import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Desk, START } from "../../testing/slo-desk.ts";
import type { ProbeResult } from "./books/probes.ts";
import type { ObjectiveSettings } from "./settings.ts";

const DAY = 1_440;
const PAYS: ObjectiveSettings = { server: "shop", kind: "errors", objective: 0.99, minEvents: 5 };
const IS_UP: ObjectiveSettings = { server: "shop", kind: "availability", objective: 0.999 };

let desk: Desk;

beforeEach(async () => {
  desk = new Desk();
  await desk.openLedger();
});
afterEach(() => desk.close());

describe("calls that come to light late", () => {
  it("are judged as if they had come in time: the sums and the incidents are the same", async () => {
    const minutes = fc.array(
      fc.record({
        after: fc.integer({ min: 0, max: 2 * DAY }),
        bad: fc.integer({ min: 0, max: 30 }),
        good: fc.integer({ min: 0, max: 30 }),
        delay: fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 1, max: DAY })),
      }),
      { minLength: 1, maxLength: 25 },
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(minutes, async (all) => {
        const from = START + run++ * 5 * DAY;
        const servers = [`prompt-${run}`, `late-${run}`];
        desk.promise(Object.fromEntries(servers.map((server) => [server, { ...PAYS, server }])));
        const due = all.flatMap(({ after, delay, good, bad }) =>
          servers.flatMap((server, isLate) => {
            const minute = from + after;
            const calls = { server, minute, at: minute };
            return [
              { ...calls, status: "success", count: good } as const,
              { ...calls, status: "tool_error", count: bad, at: minute + isLate * delay } as const,
            ];
          }),
        );
        for (const { minute, at, status, count, server } of due.sort((a, b) => a.at - b.at)) {
          await desk.until(Math.max(at, desk.now));
          if (count > 0) desk.calls(minute, status, count, server);
        }
        await desk.until(from + 4 * DAY);
        const [late, prompt] = desk.books.series.open.map((series) => {
          const span = { from, to: from + 4 * DAY };
          const { incidents, minutes } = desk.books;
          const days = minutes.sumOf(series)(span.from, span.to);
          return [incidents.touching(series, span), minutes.between(series, span), days];
        });
        expect(late).toEqual(prompt);
      }),
      { numRuns: 15 },
    );
  });

  it("while the sidecar did not run, are judged when it runs again, and the counters go on from where they were", async () => {
    desk.promise({ pays: PAYS });
    desk.calls(START + 1, "success", 10);
    await desk.until(START + 10);
    expect(counters()).toEqual({ good: 10, bad: 0 });
    desk.restart();
    for (let minute = START + 100; minute < START + 110; minute++) desk.calls(minute, "tool_error", 5);
    await desk.until(START + 400);
    expect(desk.stateOf("pays")).toMatchObject({ good: 10, total: 60, state: "missed" });
    expect(counters()).toEqual({ good: 10, bad: 50 });
    expect(desk.report("2026-10").incidents).toMatchObject([{ minutes: 10, bad: 50 }]);
  });

  const counters = () => {
    const [series] = desk.books.series.open;
    const { good, bad } = desk.books.series.counted(series as NonNullable<typeof series>);
    return { good, bad };
  };

  it("never make a counter go down, which would look like a restart", async () => {
    desk.promise({ up: IS_UP });
    desk.probed("answered");
    await desk.until(START + 10);
    expect(counters()).toEqual({ good: 1, bad: 0 });
    desk.calls(START, "timeout", 3);
    await desk.until(START + 11);
    expect(desk.stateOf("up")).toMatchObject({ good: 0, total: 1 });
    expect(counters()).toEqual({ good: 1, bad: 0 });
  });
});

describe("while there is no ledger", () => {
  it("probes are judged, nothing of the calls is forgotten, and what came meanwhile is judged afterwards", async () => {
    desk.promise({ pays: PAYS, up: IS_UP });
    for (let i = 0; i < 5; i++) desk.calls(START + 8, "success", 4);
    await desk.until(START + 9);
    desk.closeLedger();
    desk.probed("silent");
    await desk.until(START + 30);
    expect(desk.stateOf("pays")).toMatchObject({ total: 20 });
    expect(desk.stateOf("up")).toMatchObject({ good: 1, total: 2 });
    await desk.openLedger();
    desk.calls(START + 9, "success", 1);
    await desk.until(START + 31);
    expect(desk.stateOf("pays")).toMatchObject({ total: 21 });
    // A call was served in the minute whose probe had failed.
    expect(desk.stateOf("up")).toMatchObject({ good: 2, total: 2 });
  });
});

async function minutes(count: number, result: ProbeResult): Promise<void> {
  for (let i = 0; i < count; i++) {
    desk.probed(result);
    await desk.until(desk.now + 1);
  }
}

it("where there is never a ledger, availability is judged by the probes alone, over a restart, and its incidents are known", async () => {
  desk.closeLedger();
  desk.promise({ up: IS_UP });
  await minutes(10, "answered");
  await minutes(3, "silent");
  desk.restart();
  await minutes(3, "silent");
  expect(desk.report("2026-10").incidents).toMatchObject([{ minutes: 4, isOpen: true }]);
  await minutes(40, "answered");
  expect(desk.report("2026-10").incidents[0]).not.toHaveProperty("isOpen");
  expect(desk.stateOf("up")).toMatchObject({ good: 50, total: 56 });
  expect(desk.report("2026-10").incidents).toMatchObject([{ from: "2026-10-20T00:10:00.000Z", minutes: 6, bad: 6 }]);
});

describe("what is promised", () => {
  it("may be about days that are over already: what was recorded of them counts", async () => {
    desk.calls(START - 3 * DAY, "success", 30);
    await desk.until(START);
    desk.promise({ pays: PAYS });
    await desk.until(START + 1);
    expect(desk.stateOf("pays")).toMatchObject({ total: 30, state: "met" });
  });

  it("is judged to the end by the next daemon, when one ends in the midst of the weeks before", async () => {
    desk.calls(START - 3 * DAY, "success", 30);
    desk.calls(START - 1, "success", 4);
    desk.promise({ pays: PAYS });
    await expect(desk.until(START, AbortSignal.abort())).rejects.toThrow();
    expect(desk.stateOf("pays").total).toBeLessThan(34);
    desk.restart();
    await desk.until(START + 1);
    expect(desk.stateOf("pays")).toMatchObject({ total: 34 });
  });

  it("is reported as it was promised, also after it was changed", async () => {
    desk.promise({ pays: PAYS });
    desk.calls(START, "success", 98);
    desk.calls(START, "tool_error", 2);
    await desk.until(START + DAY);
    desk.promise({ pays: { ...PAYS, objective: 0.97 } });
    await desk.until(START + 2 * DAY);
    const { objectives } = desk.report("2026-10");
    expect(objectives.map(({ objective, result, until }) => [objective, result, until?.slice(0, 10)])).toEqual([
      [0.99, "missed", "2026-10-21"],
      [0.97, "met", undefined],
    ]);
  });

  it("and taken back in the midst of an incident leaves none that goes on", async () => {
    desk.promise({ up: IS_UP });
    await minutes(10, "answered");
    await minutes(6, "silent");
    const { incidents } = desk.report("2026-10");
    expect(incidents).toMatchObject([{ isOpen: true }]);
    desk.promise({});
    expect(desk.report("2026-10").incidents).toEqual(incidents.map(({ isOpen: _, ...incident }) => incident));
  });

  it("is the same promise in whatever order it is written down, and another one inherits nothing of it", async () => {
    desk.promise({ pays: { ...PAYS, outcomes: { lost: "ignored", timeout: "bad" } } });
    await desk.until(START + 10);
    desk.promise({ pays: { ...PAYS, outcomes: { timeout: "bad", lost: "ignored" } } });
    expect(desk.books.series.open).toMatchObject([{ made: START }]);
    const [{ id } = { id: 0 }] = desk.books.series.open;
    desk.promise({});
    desk.books.prune(START + 20, 13);
    desk.promise({ other: PAYS });
    const [other] = desk.books.series.open;
    // SQLite gives the number of the last row again, once that is gone.
    expect(other?.id).toBe(id);
    expect(desk.books.incidents.followedTo(other as NonNullable<typeof other>)).toBe(other?.made);
  });

  it("and taken back and promised again as it was is one, with all that happened meanwhile", async () => {
    desk.promise({ pays: PAYS });
    await desk.until(START + 10);
    desk.promise({});
    desk.calls(START + 12, "success", 7);
    await desk.until(START + 20);
    desk.promise({ pays: PAYS });
    await desk.until(START + 30);
    expect(desk.report("2026-10").objectives).toMatchObject([{ good: 7 }]);
    expect(desk.report("2026-10").objectives[0]).not.toHaveProperty("until");
  });
});

describe("days of a time zone", () => {
  it("add up to what its minutes do, over changes of the clock and in every window", async () => {
    const zones = ["Europe/Vienna", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu"];
    for (const zone of zones) {
      const one = new Desk(zone);
      one.promise({ up: IS_UP });
      for (let day = 0; day < 30; day++) {
        for (const at of [0, 1, 479, 480, 839, 840, 1_439]) {
          one.now = START + day * DAY + at;
          one.probed((day + at) % 3 === 0 ? "silent" : "answered");
        }
      }
      await one.until(START + 30 * DAY);
      const [series] = one.books.series.open;
      const sumOf = one.books.minutes.sumOf(series as NonNullable<typeof series>);
      const span = fc.tuple(fc.integer({ min: 0, max: 30 * DAY }), fc.integer({ min: 0, max: 30 * DAY }));
      fc.assert(
        fc.property(span, ([a, b]) => {
          const [from, to] = [START + Math.min(a, b), START + Math.max(a, b)];
          const minutes = one.books.minutes.between(series as NonNullable<typeof series>, { from, to });
          const count = (pick: (minute: (typeof minutes)[number]) => number) =>
            minutes.reduce((sum, each) => sum + pick(each), 0);
          expect(sumOf(from, to)).toEqual({ good: count(({ good }) => good), bad: count(({ bad }) => bad) });
        }),
        { numRuns: 40 },
      );
      one.close();
    }
  });
});

describe("a report", () => {
  it("can be had a year and a month later, and not for ever", async () => {
    desk.promise({ pays: PAYS, up: IS_UP });
    for (let minute = START; minute < START + 20; minute++) desk.calls(minute, "tool_error", 3);
    desk.calls(START + 600, "success", 200);
    desk.probed("answered");
    await desk.until(START + DAY);
    const before = desk.report("2026-10");
    expect(before.incidents).toHaveLength(1);
    for (const months of [1, 5, 13]) {
      await desk.until(START + months * 31 * DAY);
      desk.books.prune(desk.now, 13);
    }
    const after = desk.report("2026-10");
    expect(after.incidents).toEqual(before.incidents);
    expect(after.objectives.map(({ good, bad, result }) => [good, bad, result])).toEqual(
      before.objectives.map(({ good, bad, result }) => [good, bad, result]),
    );
    await desk.until(START + 15 * 31 * DAY);
    // A day at once, an hour after the other.
    for (let day = 0; day < 15 * 31; day++) desk.books.prune(desk.now, 13);
    expect(desk.report("2026-10").objectives.map(({ good, bad }) => good + bad)).toEqual([0, 0]);
  });

  it("outlives a clock that is years ahead for a while: afterwards all goes on as if it had not been", async () => {
    desk.promise({ pays: PAYS, up: IS_UP });
    const day = async (from: number) => {
      desk.calls(from, "success", 100);
      for (const at of [0, 1, 2]) {
        desk.now = from + at;
        desk.probed("answered");
      }
      desk.calls(from + 5, "tool_error", 60);
      await desk.until(from + 60);
      desk.books.prune(desk.now, 13);
    };
    await day(START);
    const before = desk.report("2026-10");
    expect(before.incidents).toHaveLength(1);
    for (const hour of [0, 60]) {
      desk.now = START + 1_000 * DAY + hour;
      desk.probed("answered");
      await desk.until(desk.now + 2);
      desk.books.prune(desk.now, 13);
    }
    desk.now = START + 60;
    desk.probed("answered");
    await desk.until(START + 61);
    expect(desk.report("2026-10")).toMatchObject({
      incidents: before.incidents,
      missing: { gaps: [{ from: "2026-10-20T00:03:00.000Z", to: "2026-10-20T01:00:00.000Z" }] },
    });
    await minutes(6, "silent");
    await minutes(4, "answered");
    await day(START + DAY);
    const { incidents, objectives } = desk.report("2026-10");
    expect(incidents.map(({ objective, from }) => [objective, from])).toEqual([
      ["pays", "2026-10-20T00:05:00.000Z"],
      ["up", "2026-10-20T01:01:00.000Z"],
      ["pays", "2026-10-21T00:05:00.000Z"],
    ]);
    expect(objectives).toMatchObject([
      { good: 200, bad: 120 },
      { good: 13, bad: 6 },
    ]);
    const [pays] = desk.books.series.open;
    expect(desk.books.series.counted(pays as NonNullable<typeof pays>)).toMatchObject({ good: 200, bad: 120 });
  });

  it("tells when nobody was watching, and what could not be recorded", async () => {
    desk.promise({ up: IS_UP });
    desk.probed("answered");
    desk.now = START + 1;
    desk.probed("answered");
    desk.now = START + 62;
    desk.probed("answered");
    await desk.until(START + 100);
    const { missing, objectives } = desk.report("2026-10");
    expect(missing).toMatchObject({ gapMinutes: 60, gaps: [{ from: "2026-10-20T00:02:00.000Z", minutes: 60 }] });
    expect(objectives).toMatchObject([{ good: 3, unknownMinutes: 97 }]);
  });
});
