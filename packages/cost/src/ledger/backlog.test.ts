import { expect, it } from "vitest";
import { freshPlace, moment, open, place } from "../../testing/a-ledger.ts";
import { type MeterState, NOTHING_TAKEN, step } from "../usage/meter.ts";
import { elapsedMs } from "../usage/moment.ts";
import { reserve } from "../usage/reserve.ts";
import type { Ledger } from "./ledger.ts";
import { MACHINE } from "./usage-book.ts";

freshPlace();

const FROM = "2026-11-18T10:00:30Z";
const TO = "2026-11-21T10:00:00Z";
const MS = Date.parse(TO) - Date.parse(FROM);

/** A look after three days without one. */
function bookLate(ledger: Ledger): void {
  const allocations = {
    weather: { milliCores: 500, memoryBytes: 1_000 },
    [MACHINE]: { milliCores: 2_000, memoryBytes: 8_000 },
  };
  const before = reserve(undefined, moment(FROM), allocations).state;
  const { state, interval: reserved } = reserve(before, moment(TO), allocations);
  const { state: meter } = step(undefined, { ...moment(TO), owners: [], processes: [] }, { periodMs: 15_000 });
  const took = { ...NOTHING_TAKEN, fromMs: Date.parse(FROM), toMs: Date.parse(TO) };
  const intervals = [
    { ...took, server: "weather", cpuUs: 1_234_567_891, memoryBytes: 700 },
    { ...took, server: "news", cpuUs: 77, gapMs: MS, gapByteMs: 10n ** 18n + 1n },
  ];
  ledger.bookUsage({ meter, intervals, reserve: state, reserved });
}

function sums(ledger: Ledger) {
  const segments = ledger.days.flatMap((day) => ledger.day(day)?.segments ?? []);
  const of = (name: string) => segments.flatMap(({ servers }) => servers.filter(({ server }) => server === name));
  const sum = (values: readonly bigint[]) => values.reduce((all, one) => all + one, 0n);
  return {
    cpuUs: ["weather", "news"].map((name) => sum(of(name).map(({ used }) => used.cpuUs))),
    allocated: sum(of("weather").map(({ allocated }) => allocated.cpuUs)),
    paid: sum(of("weather").map(({ used, idle }) => used.cpuUs + idle.cpuUs)),
    gap: sum(of("news").map(({ coverage }) => coverage.gapByteMs)),
    machine: sum(segments.map(({ machine }) => (machine?.taken.cpuUs ?? 0n) + (machine?.idle.cpuUs ?? 0n))),
  };
}

it("C1: days without a look are booked in pieces, each once, whoever is killed between them", async () => {
  {
    using first = await open();
    bookLate(first);
    expect(sums(first).allocated).toBeLessThan(BigInt(MS) * 100n);
  }
  let pieces = 1;
  for (; pieces < 4; pieces++) {
    using next = await open();
    expect(next.catchUp()).toBe(true);
  }
  using ledger = await open();
  for (let isMore = true; isMore; pieces++) isMore = ledger.catchUp();
  expect(pieces).toBeGreaterThan(10);
  expect(sums(ledger)).toEqual({
    cpuUs: [1_234_567_891n, 77n],
    allocated: 500n * BigInt(MS),
    paid: 500n * BigInt(MS),
    gap: 10n ** 18n + 1n,
    machine: 2_000n * BigInt(MS),
  });
  const minute = Date.parse(TO) / 60_000;
  const peaks = (server: string) => ledger.points({ server, from: 0, to: minute + 1 });
  expect(peaks("weather")).toEqual([]);
  expect(ledger.days).toEqual(["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"]);
});

it("C1: the next look finds what is left of the one before it booked", async () => {
  using ledger = await open();
  bookLate(ledger);
  const { meter, reserve: last } = ledger;
  ledger.bookUsage({
    meter: meter as MeterState,
    intervals: [],
    reserve: last ?? reserve(undefined, moment(TO), {}).state,
    reserved: undefined,
  });
  expect([ledger.catchUp(), sums(ledger).allocated]).toEqual([false, 500n * BigInt(MS)]);
});

it("a clock that was wrong by half a century before a boot does not make half a century", () => {
  const before = { wallMs: 60_000, timer: "boot 1", timerMs: 60_000 };
  const after = { wallMs: place.nowMs, timer: "boot 2", timerMs: 5_000 };
  expect(elapsedMs(before, after)).toBe(31 * 86_400_000);
  expect(elapsedMs(after, before)).toBe(0);
});
