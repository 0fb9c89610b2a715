import type { DependencyDetails } from "@mcp-ops/formats";
import { expect, it } from "vitest";
import type { Check, Finding } from "./check.ts";
import { customCheck } from "./checks/custom.ts";
import type { Clock } from "./clock.ts";
import { MAX_ABANDONED, WatchedCheck } from "./watched-check.ts";

/** Time that passes when the test says so. */
class ManualClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly then: () => void }>();

  wall(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(ms: number, then: () => void): () => void {
    const timer = { at: this.#now + ms, then };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  get pending(): number {
    return this.#timers.size;
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers]) {
      if (timer.at <= this.#now && this.#timers.delete(timer)) timer.then();
    }
  }
}

/** A check whose runs the test ends, one by one. */
function scene(options: Partial<Check> = {}) {
  const clock = new ManualClock();
  const runs: { readonly signal: AbortSignal; end(finding: Finding): void; fail(error: Error): void }[] = [];
  const check = customCheck({
    name: "db",
    intervalMs: 1000,
    timeoutMs: 100,
    fall: 1,
    rise: 1,
    ...options,
    run(signal) {
      const { promise, resolve, reject } = Promise.withResolvers<Finding>();
      runs.push({ signal, end: resolve, fail: reject });
      return promise;
    },
  });
  let told = Promise.withResolvers<DependencyDetails>();
  const watched = new WatchedCheck({ ...check, ...options }, clock, (details) => {
    const { resolve } = told;
    told = Promise.withResolvers();
    resolve(details);
  });
  return { clock, runs, watched, next: () => told.promise };
}

it("runs at once, then an interval after the end of each run, and never because somebody reads", async () => {
  const { clock, runs, watched, next } = scene();
  expect(watched.details()).toMatchObject({ status: "starting", latencyMs: undefined });
  watched.start();
  watched.start();
  clock.advance(30);
  const told = next();
  runs[0]?.end({ ok: true });
  expect(await told).toMatchObject({ status: "up", latencyMs: 30, checkedAt: "1970-01-01T00:00:00.030Z" });
  for (let reading = 0; reading < 100; reading++) watched.details();
  clock.advance(999);
  expect(runs).toHaveLength(1);
  clock.advance(1);
  expect(runs).toHaveLength(2);
});

it("ends a hanging run at its timeout: the check is told, and counts as failed", async () => {
  const { clock, runs, watched, next } = scene();
  watched.start();
  const told = next();
  clock.advance(99);
  expect(runs[0]?.signal.aborted).toBe(false);
  clock.advance(1);
  expect(runs[0]?.signal.aborted).toBe(true);
  expect(await told).toMatchObject({ status: "down", latencyMs: 100, message: "no answer within 100 ms" });
});

it("does not run the same check twice at once while a run may still answer", async () => {
  const { clock, runs, watched } = scene({ timeoutMs: 100_000 });
  watched.start();
  clock.advance(50_000);
  expect(runs).toHaveLength(1);
});

it("stops starting runs when too many ignore that they are over, and goes on when one has ended", async () => {
  const { clock, runs, watched, next } = scene();
  watched.start();
  for (let run = 1; run <= MAX_ABANDONED; run++) {
    const told = next();
    clock.advance(100);
    await told;
    const skipped = run === MAX_ABANDONED ? next() : undefined;
    clock.advance(1000);
    await skipped;
  }
  expect(runs).toHaveLength(MAX_ABANDONED);
  expect(watched.details().message).toContain("heed its signal");
  runs[0]?.end({ ok: true });
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(1000);
  expect(runs).toHaveLength(MAX_ABANDONED + 1);
  const told = next();
  runs.at(-1)?.end({ ok: true });
  expect(await told).toMatchObject({ status: "up" });
});

it("keeps when the status last changed, through findings that do not change it", async () => {
  const { clock, runs, watched, next } = scene({ fall: 2 });
  const ended = async (run: number, finding: Finding) => {
    const told = next();
    runs[run]?.end(finding);
    const details = await told;
    clock.advance(1000);
    return details;
  };
  watched.start();
  expect(await ended(0, { ok: true })).toMatchObject({ changedAt: "1970-01-01T00:00:00.000Z" });
  expect(await ended(1, { ok: false })).toMatchObject({ status: "up", consecutiveFailures: 1 });
  expect(await ended(2, { ok: false })).toMatchObject({ status: "down", changedAt: "1970-01-01T00:00:02.000Z" });
  expect(await ended(3, { ok: false })).toMatchObject({ status: "down", changedAt: "1970-01-01T00:00:02.000Z" });
});

it("survives a check that throws, rejects with nonsense, and a listener that throws", async () => {
  const clock = new ManualClock();
  const failures: (() => never)[] = [
    () => {
      throw new Error("at once");
    },
    () => {
      throw undefined;
    },
  ];
  const seen: (string | undefined)[] = [];
  let told = Promise.withResolvers<void>();
  const run = async () => failures.shift()?.() ?? true;
  const watched = new WatchedCheck(customCheck({ name: "db", run, fall: 5 }), clock, ({ message }) => {
    seen.push(message);
    const { resolve } = told;
    told = Promise.withResolvers();
    resolve();
    throw new Error("rude");
  });
  const first = told.promise;
  watched.start();
  await first;
  for (let turn = 0; turn < 2; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    const next = told.promise;
    clock.advance(10_000);
    await next;
  }
  expect(seen).toEqual(["at once", "undefined", undefined]);
});

it("leaves nothing behind when stopped: the run is told, no timer stays, nothing more is reported", async () => {
  const { clock, runs, watched, next } = scene();
  watched.start();
  let reported = false;
  void next().then(() => {
    reported = true;
  });
  watched.stop();
  expect(runs[0]?.signal.aborted).toBe(true);
  runs[0]?.end({ ok: true });
  await new Promise((resolve) => setImmediate(resolve));
  expect({ pending: clock.pending, reported, status: watched.status }).toEqual({
    pending: 0,
    reported: false,
    status: "starting",
  });
});
