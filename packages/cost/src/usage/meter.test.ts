import { describe, expect, it } from "vitest";
import { type MeterState, step } from "./meter.ts";
import type { Moment, OwnerReading, ProcessReading, Reading } from "./reading.ts";

const S = 1_000_000;
const MIB = 1024 * 1024;
const at = (seconds: number, timer = "boot-1"): Moment => ({
  wallMs: 1_800_000_000_000 + seconds * 1000,
  timer,
  timerMs: 1_000_000 + seconds * 1000,
});

type Process = Partial<ProcessReading> & { readonly key: string; readonly owner?: string };

/** A look in which each owner has the root of its name. */
function seen(
  moment: Moment,
  owners: Readonly<Record<string, Partial<OwnerReading>>>,
  ...processes: Process[]
): Reading {
  return {
    ...moment,
    owners: Object.entries(owners).map(([owner, given]) => ({ owner, server: owner, root: owner, ...given })),
    processes: processes.map((process) => ({
      owner: process.key,
      parent: undefined,
      startedMs: 0,
      cpuUs: 0,
      endedCpuUs: 0,
      ...process,
    })),
  };
}

/** What looks in a row have booked, by server. */
function booked(...readings: readonly Reading[]) {
  let state: MeterState | undefined;
  const totals: Record<
    string,
    { cpuUs: number; memoryByteMs: bigint; gapMs: number; unseenMs: number; measuredMs: number }
  > = {};
  for (const reading of readings) {
    const next = step(state, reading, { periodMs: 15_000 });
    // It is kept as JSON.
    state = JSON.parse(JSON.stringify(next.state));
    for (const one of next.intervals) {
      const total = totals[one.server] ?? { cpuUs: 0, memoryByteMs: 0n, gapMs: 0, unseenMs: 0, measuredMs: 0 };
      totals[one.server] = {
        cpuUs: total.cpuUs + one.cpuUs,
        memoryByteMs: total.memoryByteMs + one.memoryByteMs,
        gapMs: total.gapMs + one.gapMs,
        unseenMs: total.unseenMs + one.unseenMs,
        measuredMs: total.measuredMs + one.measuredMs,
      };
    }
  }
  return totals;
}

const cpu = (key: string, seconds: number, endedSeconds = 0, more: Partial<Process> = {}): Process => ({
  key,
  cpuUs: seconds * S,
  endedCpuUs: endedSeconds * S,
  ...more,
});

describe("CPU time", () => {
  it("is the difference of two looks, and what was before the ledger is not booked", () => {
    const totals = booked(seen(at(0), { a: {} }, cpu("a", 100)), seen(at(15), { a: {} }, cpu("a", 103)));
    expect(totals.a).toMatchObject({ cpuUs: 3 * S });
  });

  it("of a server that started after the ledger counts from its start", () => {
    const young = { startedMs: at(10).timerMs };
    const totals = booked(seen(at(0), {}), seen(at(15), { a: {} }, cpu("a", 2, 0, young)));
    expect(totals.a).toMatchObject({ cpuUs: 2 * S });
  });

  it("of a child that ended is not counted twice when its parent gets its times", () => {
    const child = { parent: "a", owner: "a" };
    const totals = booked(
      seen(at(0), { a: {} }, cpu("a", 0)),
      seen(at(15), { a: {} }, cpu("a", 1), cpu("child", 5, 0, { ...child, startedMs: at(1).timerMs })),
      // It ran for another two seconds, of which only the parent's counter tells.
      seen(at(30), { a: {} }, cpu("a", 1, 7)),
    );
    expect(totals.a).toMatchObject({ cpuUs: 8 * S, unseenMs: 0 });
  });

  it("of a parent that does not wait for its children is its own still, and none goes back", () => {
    const child = { parent: "a", owner: "a", startedMs: at(1).timerMs };
    const totals = booked(
      seen(at(0), { a: {} }, cpu("a", 0)),
      seen(at(15), { a: {} }, cpu("a", 1), cpu("child", 5, 0, child)),
      seen(at(30), { a: {} }, cpu("a", 3)),
    );
    expect(totals.a).toMatchObject({ cpuUs: 8 * S });
  });

  it("of a grandchild that its parent has waited for reaches the server once", () => {
    const child = { parent: "a", owner: "a", startedMs: at(1).timerMs };
    const grandchild = { parent: "child", owner: "a", startedMs: at(2).timerMs };
    const totals = booked(
      seen(at(0), { a: {} }, cpu("a", 0)),
      seen(at(15), { a: {} }, cpu("a", 0), cpu("child", 1, 0, child), cpu("grandchild", 4, 0, grandchild)),
      seen(at(30), { a: {} }, cpu("a", 0, 1 + 6)),
    );
    expect(totals.a).toMatchObject({ cpuUs: 7 * S });
  });

  it("of a process that its parents have let go is its server's still", () => {
    const daemon = { parent: "middle", owner: "a", startedMs: at(2).timerMs };
    const totals = booked(
      seen(at(0), { a: {} }, cpu("a", 0)),
      seen(
        at(15),
        { a: {} },
        cpu("a", 0),
        cpu("middle", 0, 0, { parent: "a", owner: "a" }),
        cpu("daemon", 1, 0, daemon),
      ),
      seen(at(30), { a: {} }, cpu("a", 0), cpu("daemon", 9, 0, { ...daemon, parent: undefined })),
    );
    expect(totals.a).toMatchObject({ cpuUs: 9 * S });
  });

  it("of a server that runs below another is its own, also when it ends and the other waits for it", () => {
    const below = { parent: "a", owner: "b", startedMs: at(1).timerMs };
    const totals = booked(
      seen(at(0), { a: {} }, cpu("a", 0)),
      seen(at(15), { a: {}, b: {} }, cpu("a", 1), cpu("b", 5, 0, below)),
      seen(at(30), { a: {} }, cpu("a", 2, 5)),
    );
    expect([totals.a?.cpuUs, totals.b?.cpuUs]).toEqual([2 * S, 5 * S]);
  });

  it("of a server whose registration was away for a while is booked once, and goes on", () => {
    const totals = booked(
      seen(at(0), {}),
      seen(at(15), { a: {} }, cpu("a", 4, 0, { startedMs: at(1).timerMs })),
      seen(at(30), {}, cpu("a", 5, 0, { startedMs: at(1).timerMs })),
      seen(at(45), { a: {} }, cpu("a", 7, 0, { startedMs: at(1).timerMs })),
    );
    expect(totals.a).toMatchObject({ cpuUs: 7 * S });
  });

  it("begins at zero after the machine was booted, though a pid has come back", () => {
    const totals = booked(seen(at(0), { a: {} }, cpu("a", 100)), seen(at(60, "boot-2"), { a: {} }, cpu("a", 2)));
    expect(totals.a).toMatchObject({ cpuUs: 2 * S });
  });

  it("of a cgroup whose counter went back, or was made anew, begins at zero", () => {
    const group = (key: string, seconds: number) => ({ a: { group: { key, cpuUs: seconds * S } } });
    const totals = booked(
      seen(at(0), group("one", 50), cpu("a", 1)),
      seen(at(15), group("one", 53), cpu("a", 2)),
      seen(at(30), group("one", 2), cpu("a", 3)),
      seen(at(45), group("two", 4), cpu("a", 4)),
    );
    expect(totals.a).toMatchObject({ cpuUs: (3 + 2 + 4) * S });
  });

  it("that is an estimate from shares is marked, and is not made up over a gap", () => {
    const readings = [seen(at(0), { a: { cores: 1 } }, cpu("a", 0)), seen(at(10), { a: { cores: 0.5 } }, cpu("a", 0))];
    expect(booked(...readings).a).toMatchObject({ cpuUs: 7.5 * S });
    expect(booked(...readings, seen(at(3_610), { a: { cores: 1 } }, cpu("a", 0))).a).toMatchObject({ cpuUs: 7.5 * S });
  });
});

describe("memory", () => {
  const looks = (...sizes: readonly (readonly [second: number, mib: number | undefined])[]) =>
    sizes.map(([second, mib]) =>
      seen(at(second), { a: { memoryBytes: mib === undefined ? undefined : mib * MIB } }, cpu("a", 0)),
    );

  it("is the trapezoid between looks", () => {
    expect(booked(...looks([0, 100], [10, 200], [20, 200])).a).toMatchObject({
      memoryByteMs: BigInt(MIB) * (150n + 200n) * 10_000n,
      measuredMs: 20_000,
    });
  });

  it("over a gap is not made up: the gap is stated", () => {
    expect(booked(...looks([0, 100], [3_600, 200])).a).toMatchObject({
      memoryByteMs: 0n,
      gapMs: 3_600_000,
      measuredMs: 0,
    });
  });

  it("that cannot be read is a gap", () => {
    expect(booked(...looks([0, 100], [10, undefined])).a).toMatchObject({ memoryByteMs: 0n, gapMs: 10_000 });
  });
});

describe("a server that ended between two looks", () => {
  it("is told of once: what it took last is not known", () => {
    const totals = booked(
      seen(at(0), { a: {} }, cpu("a", 1)),
      seen(at(15), { a: { root: undefined } }),
      seen(at(30), { a: { root: undefined } }),
      seen(at(45), {}),
    );
    expect(totals.a).toMatchObject({ cpuUs: 0, unseenMs: 15_000 });
    const swept = booked(seen(at(0), { a: {} }, cpu("a", 1)), seen(at(15), {}), seen(at(30), {}));
    expect(swept.a).toMatchObject({ cpuUs: 0, unseenMs: 15_000 });
  });
});

it("a clock on the wall that was set makes no usage, neither forth nor back", () => {
  for (const jumpMs of [3_600_000, -3_600_000]) {
    const later = at(15);
    const moved = { ...later, wallMs: later.wallMs + jumpMs };
    const memoryBytes = 100 * MIB;
    const totals = booked(
      seen(at(0), { a: { memoryBytes } }, cpu("a", 0)),
      seen(moved, { a: { memoryBytes } }, cpu("a", 1)),
    );
    expect(totals.a).toMatchObject({ cpuUs: S, memoryByteMs: BigInt(memoryBytes) * 15_000n, gapMs: 0 });
  }
});
