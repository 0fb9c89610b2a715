import { expect, it, onTestFinished } from "vitest";
import type { Clock } from "./clock.ts";
import { openSchedule, type Schedule, type ScheduleOptions } from "./schedule.ts";

const at = (text: string) => Date.parse(`2026-11-21T${text}:00Z`);
const shown = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString().slice(11, 16));

/** A clock that moves when told to, waking whoever waits on the way. */
class HandClock implements Clock {
  #now: number;
  readonly #waiting = new Set<{ readonly at: number; readonly then: () => void }>();
  #monotonic = 0;

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, then: () => void): () => void {
    const entry = { at: this.#monotonic + ms, then };
    this.#waiting.add(entry);
    return () => this.#waiting.delete(entry);
  }

  /** Somebody sets it; no time passes. */
  set(now: number): void {
    this.#now = now;
  }

  async passMs(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    for (;;) {
      const [first] = [...this.#waiting].filter((one) => one.at <= end).sort((a, b) => a.at - b.at);
      const to = first?.at ?? end;
      this.#now += to - this.#monotonic;
      this.#monotonic = to;
      if (first === undefined) return;
      this.#waiting.delete(first);
      first.then();
      await settled();
    }
  }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

interface Scene {
  readonly clock: HandClock;
  readonly schedule: Schedule;
  /** When each run began. */
  readonly runs: readonly (string | undefined)[];
}

function scene(now: string, options: Partial<ScheduleOptions>): Scene {
  const clock = new HandClock(at(now));
  const runs: (string | undefined)[] = [];
  const { run = async () => {} } = options;
  const schedule = openSchedule({
    expression: "0 * * * *",
    ...options,
    clock,
    run: (signal) => {
      runs.push(shown(clock.now()));
      return run(signal);
    },
  });
  onTestFinished(() => schedule[Symbol.asyncDispose]());
  return { clock, schedule, runs };
}

const HOUR = 3_600_000;

it("runs at its times", async () => {
  const { clock, runs, schedule } = scene("09:30", { lastSucceededAt: at("09:00") });
  expect(shown(schedule.status.nextAt)).toBe("10:00");
  await clock.passMs(3 * HOUR);
  expect(runs).toEqual(["10:00", "11:00", "12:00"]);
  expect(schedule.status).toMatchObject({ nextAt: at("13:00"), lastSucceededAt: at("12:00"), failures: 0 });
});

it("runs at once when it never did, and once for all that was missed", async () => {
  for (const lastSucceededAt of [undefined, at("09:30") - 30 * 24 * HOUR]) {
    const { clock, runs } = scene("09:30", { lastSucceededAt });
    await clock.passMs(HOUR);
    expect(runs).toEqual(["09:30", "10:00"]);
  }
});

it("tries again after a failure, each time later, and never later than planned", async () => {
  const failures: number[] = [];
  let broken = true;
  const { clock, runs, schedule } = scene("09:00", {
    lastSucceededAt: at("09:00"),
    expression: "0 10,20 * * *",
    retryAfterMs: 60_000,
    maxRetryAfterMs: 2 * HOUR,
    run: async () => {
      if (broken) throw new Error("no space");
    },
    onFailure: (_, count) => {
      failures.push(count);
      throw new Error("the listener is broken too");
    },
  });
  await clock.passMs(3 * HOUR);
  expect(runs).toEqual(["10:00", "10:01", "10:03", "10:07", "10:15", "10:31", "11:03"]);
  expect(failures).toEqual([1, 2, 3, 4, 5, 6, 7]);
  broken = false;
  await clock.passMs(9 * HOUR);
  expect(runs.slice(7)).toEqual(["12:07", "20:00"]);
  expect(schedule.status.failures).toBe(0);
});

it("never runs twice at once, and counts what passed meanwhile", async () => {
  const ends: (() => void)[] = [];
  const { clock, runs, schedule } = scene("09:30", {
    lastSucceededAt: at("09:00"),
    run: () => new Promise<void>((resolve) => ends.push(resolve)),
  });
  await clock.passMs(4 * HOUR);
  expect(runs).toEqual(["10:00"]);
  expect(schedule.status).toMatchObject({ runningSince: at("10:00"), nextAt: undefined });
  ends.shift()?.();
  await settled();
  expect(schedule.status).toMatchObject({ skipped: 3, nextAt: at("14:00"), runningSince: undefined });
  await clock.passMs(HOUR);
  expect(runs).toEqual(["10:00", "14:00"]);
  ends.shift()?.();
});

it("runs once more when it was asked during a run, which may not have seen what changed", async () => {
  const ends: (() => void)[] = [];
  const { clock, runs, schedule } = scene("09:30", {
    lastSucceededAt: at("09:00"),
    run: () => new Promise<void>((resolve) => ends.push(resolve)),
  });
  await clock.passMs(HOUR);
  const asked = [schedule.runNow(), schedule.runNow()];
  ends.shift()?.();
  await expect.poll(() => runs).toEqual(["10:00", "10:30"]);
  ends.shift()?.();
  await Promise.all(asked);
  expect(runs).toHaveLength(2);
  expect(schedule.status.nextAt).toBe(at("11:00"));
});

it("is not held back by a clock that was wrong", async () => {
  const stamped = scene("09:30", { lastSucceededAt: at("09:30") + 10_000 * HOUR });
  await stamped.clock.passMs(HOUR);
  expect(stamped.runs).toEqual(["10:00"]);

  const { clock, runs } = scene("09:30", { lastSucceededAt: at("09:00") });
  clock.set(at("09:30") + 10_000 * HOUR);
  await clock.passMs(60_000);
  expect(runs).toHaveLength(1);
  clock.set(at("09:40"));
  await clock.passMs(HOUR);
  expect(runs.slice(1)).toEqual(["10:00"]);
});

it("stops its run when it is closed, and starts no other", async () => {
  const { clock, runs, schedule } = scene("09:59", {
    lastSucceededAt: at("09:00"),
    run: (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  });
  await clock.passMs(HOUR);
  await schedule[Symbol.asyncDispose]();
  await clock.passMs(HOUR);
  expect(runs).toEqual(["10:00"]);
  await expect(schedule.runNow()).rejects.toMatchObject({ code: "BACKUP_ABORTED" });
});
