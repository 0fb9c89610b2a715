/** Whole days of a made-up machine whose counters are known to the microsecond, looked at by a sidecar that misses ticks, is killed, and is away. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import type { Ledger } from "../ledger/ledger.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import type { ServerQuantities } from "../quantities.ts";
import { step } from "./meter.ts";
import type { ProcessReading, Reading } from "./reading.ts";
import { reserve } from "./reserve.ts";

const START = Date.parse("2026-11-21T06:00:00Z");
const HOUR_S = 3_600;
/** The kernel shows hundredths of a second. */
const TICK_US = 10_000;
const CORES = 2;
const MIB = 1024 * 1024;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ops-simulation-"));
  return () => rmSync(folder, { recursive: true });
});

/** The same numbers for the same seed. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * A server under a bursty load: idle most of the time, then for seconds on one core. Every so often it starts a child that works for a few seconds, ends, and
 * is waited for. Memory goes up and down like a saw.
 */
class Machine {
  readonly #own: number[] = [0];
  readonly #children: { readonly from: number; readonly to: number }[] = [];

  constructor(seconds: number, random: () => number) {
    let isBusy = false;
    for (let second = 0; second < seconds; second++) {
      if (random() < (isBusy ? 0.3 : 0.02)) isBusy = !isBusy;
      this.#own.push((this.#own[second] as number) + (isBusy ? 400_000 + Math.floor(random() * 600_000) : 1_500));
      if (random() < 0.01) this.#children.push({ from: second, to: second + 1 + Math.floor(random() * 20) });
    }
  }

  /** All that was taken up to a second, in microseconds. */
  cpuUs(second: number): number {
    return this.#ownUs(second) + this.#children.reduce((sum, child) => sum + childUs(child, second), 0);
  }

  memoryBytes(second: number): number {
    return Math.round((100 + (second % 600) / 6) * MIB);
  }

  /** As the kernel would show it. */
  processes(second: number): ProcessReading[] {
    const ended = this.#children.filter(({ to }) => to <= second);
    const living = this.#children.filter(({ from, to }) => from <= second && to > second);
    const shown = (us: number) => Math.floor(us / TICK_US) * TICK_US;
    const root = {
      key: "root",
      parent: undefined,
      startedMs: 0,
      cpuUs: shown(this.#ownUs(second)),
      endedCpuUs: shown(ended.reduce((sum, child) => sum + childUs(child, second), 0)),
    };
    const children = living.map((child) => ({
      key: `child ${child.from}`,
      parent: "root",
      startedMs: child.from * 1000,
      cpuUs: shown(childUs(child, second)),
      endedCpuUs: 0,
    }));
    return [root, ...children];
  }

  #ownUs(second: number): number {
    const whole = Math.floor(second);
    const [from = 0, to = from] = [this.#own[whole], this.#own[whole + 1]];
    return from + Math.floor((to - from) * (second - whole));
  }
}

/** Children work on 0.7 of a core. */
function childUs({ from, to }: { readonly from: number; readonly to: number }, second: number): number {
  return Math.max(0, Math.min(second, to) - from) * 700_000;
}

interface Story {
  readonly periodS: number;
  readonly hours: number;
  /** Seconds in which nobody looks. */
  readonly away: readonly [from: number, to: number];
  readonly seed: number;
}

/** What the ledger says after a story, and what was so. */
async function live({ periodS, hours, away, seed }: Story) {
  const random = chance(seed);
  const machine = new Machine(hours * HOUR_S, random);
  const file = join(folder, `${periodS}.db`);
  const open = () => openLedger({ file, calendar: { timeZone: "UTC", prices: [] }, now: () => START });
  let ledger: Ledger = await open();
  let last = 0;
  for (let second = 0; second < hours * HOUR_S; second += periodS * (0.95 + random() / 10)) {
    if (second > away[0] && second < away[1]) continue;
    if (second > 0 && random() < 0.1) continue;
    const at = Math.round(second * 1000) / 1000;
    const reading = look(machine, at);
    const { state: meter, intervals } = step(ledger.meter, reading, { periodMs: periodS * 1000 });
    const { state, interval: reserved } = reserve(ledger.reserve, reading, {
      server: { milliCores: 500, memoryBytes: 300 * MIB },
    });
    // Killed after it looked and before it booked: what it knew is gone, and the next look makes up for it.
    if (random() < (6 * periodS) / (hours * HOUR_S)) {
      ledger[Symbol.dispose]();
      ledger = await open();
      continue;
    }
    ledger.bookUsage({ meter, intervals, reserve: state, reserved });
    last = at;
  }
  const server = ledger.day("2026-11-21")?.segments[0]?.servers[0] as ServerQuantities;
  ledger[Symbol.dispose]();
  return { server, trueUs: machine.cpuUs(last) - machine.cpuUs(0), seconds: last, machine };
}

function look(machine: Machine, second: number): Reading {
  return {
    wallMs: START + Math.round(second * 1000),
    timer: "boot",
    timerMs: Math.round(second * 1000),
    owners: [{ owner: "a", server: "server", root: "root", memoryBytes: machine.memoryBytes(second) }],
    processes: machine.processes(second).map((process) => ({ ...process, owner: "a" })),
  };
}

const STORIES: readonly Story[] = [
  { periodS: 1, hours: 2, away: [1_800, 5_400], seed: 1 },
  { periodS: 5, hours: 3, away: [4_000, 7_600], seed: 2 },
  { periodS: 15, hours: 6, away: [7_200, 10_800], seed: 3 },
  { periodS: 60, hours: 8, away: [7_200, 10_800], seed: 4 },
  { periodS: 300, hours: 12, away: [7_200, 10_800], seed: 5 },
];

it.each(STORIES)(
  "C1: CPU time is right to a thousandth with a look every $periodS s, a tenth of them missed, kills, and an hour in which nobody looked",
  async (story) => {
    const { server, trueUs, seconds } = await live(story);
    expect(Math.abs(Number(server.used.cpuUs) - trueUs) / trueUs).toBeLessThan(0.001);
    // What is reserved is so whoever looks.
    expect(server.allocated.cpuUs).toBe(BigInt(Math.round(seconds * 1000)) * 500n);
    expect(server.used.cpuUs + server.idle.cpuUs).toBeGreaterThanOrEqual(server.allocated.cpuUs);
  },
);

it("C1: memory is sampled: right to a hundredth where looks are close, and the time of which nothing is known is told apart", async () => {
  const { server, machine, seconds } = await live({ periodS: 15, hours: 6, away: [7_200, 10_800], seed: 6 });
  const { measuredMs, gapMs, gapByteMs } = server.coverage;
  expect(measuredMs + gapMs).toBe(Math.round(seconds * 1000));
  expect(gapMs).toBeGreaterThanOrEqual(3_600_000);
  // More than an hour by the looks around it, and those that were missed four times in a row.
  expect(gapMs).toBeLessThan(3_600_000 + 240_000);
  const mean = Array.from({ length: 600 }, (_, second) => machine.memoryBytes(second)).reduce((a, b) => a + b, 0) / 600;
  expect(Math.abs(Number(server.used.memoryByteMs) / measuredMs / mean - 1)).toBeLessThan(0.01);
  // What is missing is no more than the size that is stated for it, here where memory stays within what the looks before and after saw, twice.
  expect(Number(gapByteMs)).toBeGreaterThan((mean * gapMs) / 2);
  expect(Number(gapByteMs)).toBeLessThan(mean * gapMs * 2);
});

it("C1: what servers took after the last look that saw them is missing, and is no more than the time that is told, on all cores", async () => {
  const random = chance(7);
  let state: ReturnType<typeof step>["state"] | undefined;
  let [booked, unseenMs] = [0, 0];
  // A server that works on both cores and lives for a minute, again and again, in the eyes of one who looks every 15 s.
  const births = Array.from({ length: 60 }, (_, index) => Math.round(index * 60 + random() * 10));
  for (let second = 0; second < 61 * 60; second += 15) {
    const living = births.filter((birth) => birth <= second && birth + 50 > second);
    const { state: next, intervals } = step(
      state,
      {
        wallMs: START + second * 1000,
        timer: "boot",
        timerMs: second * 1000,
        owners: living.map((birth) => ({ owner: String(birth), server: "server", root: String(birth) })),
        processes: living.map((birth) => ({
          owner: String(birth),
          key: String(birth),
          parent: undefined,
          startedMs: birth * 1000,
          cpuUs: Math.floor((second - birth) * CORES * 1_000_000),
          endedCpuUs: 0,
        })),
      },
      { periodMs: 15_000 },
    );
    state = next;
    booked += intervals.reduce((sum, { cpuUs }) => sum + cpuUs, 0);
    unseenMs += intervals.reduce((sum, interval) => sum + interval.unseenMs, 0);
  }
  const taken = births.length * 50 * CORES * 1_000_000;
  expect(taken).toBeGreaterThan(booked);
  expect(taken - booked).toBeLessThanOrEqual(unseenMs * 1000 * CORES);
  expect(unseenMs).toBe(births.length * 15_000);
});
