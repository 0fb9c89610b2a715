/** Whatever is booked in whatever order: the parts are the whole, in whole numbers. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import { MINUTE_MS } from "../calendar/zone.ts";
import { attributeCpu } from "../money/attribute-cpu.ts";
import type { DayQuantities } from "../quantities.ts";
import { NOTHING_TAKEN, step } from "../usage/meter.ts";
import { reserve } from "../usage/reserve.ts";
import type { Ledger } from "./ledger.ts";
import { openLedger } from "./open-ledger.ts";
import { MACHINE } from "./usage-book.ts";

const START = Date.parse("2026-11-20T22:00:00Z");
const CUTS = [{ fromMinute: START / MINUTE_MS + 90, price: "late" }];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ops-conservation-"));
  return () => rmSync(folder, { recursive: true });
});

/** A look: so long after the last one, and what each of two servers took and held. */
const looks = fc.array(
  fc.record({
    ms: fc.integer({ min: 1, max: 1_200_000 }),
    taken: fc.array(fc.record({ cpuUs: fc.nat(2_000_000_000), memory: fc.bigInt({ min: 0n, max: 10n ** 15n }) }), {
      minLength: 2,
      maxLength: 2,
    }),
    milliCores: fc.nat(3_000),
    memoryBytes: fc.nat(1_000_000_000),
    calls: fc.array(
      fc.record({
        target: fc.constantFrom("a", "b", ""),
        principal: fc.constantFrom("ann", "bob", undefined),
        session: fc.constantFrom("s", undefined),
        count: fc.nat(1_000),
        cpu: fc.nat(100_000),
      }),
      { maxLength: 4 },
    ),
  }),
  { minLength: 1, maxLength: 12 },
);

type Look = typeof looks extends fc.Arbitrary<infer T> ? (T extends readonly (infer One)[] ? One : never) : never;

/** Books them all, and says what was booked. */
function book(ledger: Ledger, all: readonly Look[]) {
  let wallMs = START;
  let offset = 0;
  const totals = { cpuUs: 0n, memory: 0n, allocatedUs: 0n, hasUs: 0n, calls: 0 };
  for (const { ms, taken, milliCores, memoryBytes, calls } of all) {
    const from = { wallMs, timer: "boot", timerMs: wallMs };
    wallMs += ms;
    const to = { wallMs, timer: "boot", timerMs: wallMs };
    const allocations = {
      "server 0": { milliCores, memoryBytes },
      [MACHINE]: { milliCores: 4_000, memoryBytes: 2_000_000_000 },
    };
    const { state, interval: reserved } = reserve({ ...from, allocations }, to, allocations);
    const { state: meter } = step(undefined, { ...to, owners: [], processes: [] }, { periodMs: 15_000 });
    const intervals = taken.map(({ cpuUs, memory }, index) => ({
      ...NOTHING_TAKEN,
      server: `server ${index}`,
      fromMs: from.wallMs,
      toMs: wallMs,
      cpuUs,
      memoryByteMs: memory,
      measuredMs: ms,
    }));
    ledger.bookUsage({ meter, intervals, reserve: state, reserved });
    const lines = calls.map(({ target, principal, session, count, cpu }) => ({
      kind: "use" as const,
      minute: Math.floor(wallMs / MINUTE_MS),
      server: "server 0",
      method: "tools/call",
      target,
      status: "success" as const,
      ...(principal !== undefined && { principal }),
      ...(session !== undefined && { session }),
      count,
      durationUs: count,
      latencies: [[10, count]] as const,
      requestBytes: 1,
      responseBytes: 2,
      cpu: { us: cpu, calls: Math.min(1, count) },
    }));
    ledger.bookJournal({ name: "1-00000000000a.0.jsonl", offset: ++offset, isSkipping: false, garbage: 0 }, lines);
    for (const { cpuUs, memory } of taken) {
      totals.cpuUs += BigInt(cpuUs);
      totals.memory += memory;
    }
    totals.allocatedUs += BigInt(milliCores * ms);
    totals.hasUs += BigInt(4_000 * ms);
    totals.calls += calls.reduce((sum, { count }) => sum + count, 0);
  }
  return totals;
}

const sum = (values: readonly bigint[]) => values.reduce((a, b) => a + b, 0n);

it("C2: days, segments, servers, tools and the unattributed add up to what was measured, and used and idle to what is to be paid", async () => {
  let number = 0;
  await fc.assert(
    fc.asyncProperty(looks, fc.constantFrom("UTC", "Asia/Kathmandu"), async (all, timeZone) => {
      const end = START + all.reduce((ms, look) => ms + look.ms, 0);
      using ledger = await openLedger({
        file: join(folder, `${number++}.db`),
        calendar: { timeZone, prices: CUTS },
        now: () => end,
      });
      const totals = book(ledger, all);
      const days = ledger.days.map((day) => ledger.day(day) as DayQuantities);
      const segments = days.flatMap((day) => day.segments);
      const servers = segments.flatMap((segment) => segment.servers);
      expect(sum(servers.map(({ used }) => used.cpuUs))).toBe(totals.cpuUs);
      expect(sum(servers.map(({ used }) => used.memoryByteMs))).toBe(totals.memory);
      expect(sum(servers.map(({ allocated }) => allocated.cpuUs))).toBe(totals.allocatedUs);
      expect(sum(segments.map(({ machine }) => machine?.has.cpuUs ?? 0n))).toBe(totals.hasUs);
      // What the servers are to pay is what the machine has given.
      for (const { machine, servers } of segments) {
        const paid = sum(servers.map(({ used, idle }) => used.cpuUs + idle.cpuUs));
        expect(machine?.taken.cpuUs ?? 0n).toBe(paid);
        expect((machine?.idle.cpuUs ?? 0n) + paid).toBeGreaterThanOrEqual(machine?.has.cpuUs ?? 0n);
      }
      for (const { used, allocated, idle, uses } of servers) {
        expect(used.cpuUs + idle.cpuUs).toBeGreaterThanOrEqual(allocated.cpuUs);
        expect(idle.cpuUs).toBeLessThanOrEqual(allocated.cpuUs);
        const tools = sum(attributeCpu(uses, used.cpuUs));
        expect(tools).toBeLessThanOrEqual(used.cpuUs);
      }
      const counts = servers.flatMap(({ uses }) => uses).reduce((all, { count }) => all + count, 0);
      expect(counts).toBe(totals.calls);
      const outcomes = [...ledger.outcomes({ from: 0, to: end / MINUTE_MS + 1 })].reduce(
        (all, { count }) => all + count,
        0,
      );
      const outcomeDays = [...ledger.outcomeDays({ from: "2026-01-01", to: "2027-01-01" })].reduce(
        (all, { count }) => all + count,
        0,
      );
      expect([outcomes, outcomeDays]).toEqual([totals.calls, totals.calls]);
    }),
    { numRuns: 15 },
  );
});

it("C2: idle is what was allocated and not used, minute by minute, in whatever pieces it was booked", async () => {
  using ledger = await openLedger({
    file: join(folder, "ledger.db"),
    calendar: { timeZone: "UTC", prices: [] },
    now: () => START,
  });
  // Half a core is reserved. In the first minute it takes a whole one, in the second none: the first does not pay for the second.
  for (const [second, cpuUs] of [
    [20, 20_000_000],
    [40, 20_000_000],
    [60, 20_000_000],
    [90, 0],
    [120, 0],
  ] as const) {
    const last = second > 60 ? 30 : 20;
    const to = { wallMs: START + second * 1000, timer: "boot", timerMs: second * 1000 };
    const allocations = { server: { milliCores: 500, memoryBytes: 0 } };
    const before = { wallMs: to.wallMs - last * 1000, timer: "boot", timerMs: to.timerMs - last * 1000, allocations };
    const { state, interval: reserved } = reserve(before, to, allocations);
    const { state: meter } = step(undefined, { ...to, owners: [], processes: [] }, { periodMs: 15_000 });
    const span = { fromMs: before.wallMs, toMs: to.wallMs, measuredMs: last * 1000 };
    const intervals = [{ ...NOTHING_TAKEN, server: "server", cpuUs, ...span }];
    ledger.bookUsage({ meter, intervals, reserve: state, reserved });
  }
  const [server] = ledger.day("2026-11-20")?.segments[0]?.servers ?? [];
  expect([server?.used.cpuUs, server?.allocated.cpuUs, server?.idle.cpuUs]).toEqual([
    60_000_000n,
    60_000_000n,
    30_000_000n,
  ]);
});
