import fc from "fast-check";
import { expect, test } from "vitest";
import { checkTiming, type Timing, timingOf } from "./timing.ts";

const duration = fc.integer({ min: 1, max: 40_000 });
const timings: fc.Arbitrary<Timing> = fc
  .record({
    ttlMs: duration,
    marginMs: duration,
    renewEveryMs: duration,
    renewDeadlineMs: duration,
    rpcTimeoutMs: duration,
  })
  .map((some) => ({ ...timingOf("embedded"), ...some }));

function accepts(timing: Timing, minTtlMs = 0): boolean {
  try {
    checkTiming(timing, minTtlMs);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: "FAILOVER_TIMING_INVALID" });
    return false;
  }
}

test("H9: bad timing is refused, whatever the numbers, and good timing is not", () => {
  fc.assert(
    fc.property(timings, (t) => {
      const safe =
        t.ttlMs > t.renewDeadlineMs &&
        t.renewDeadlineMs > 1.2 * t.renewEveryMs &&
        t.renewEveryMs + 2 * t.rpcTimeoutMs <= t.ttlMs &&
        t.marginMs >= Math.max(300, t.ttlMs / 10) &&
        t.renewDeadlineMs + t.marginMs <= t.ttlMs;
      expect(accepts(t)).toBe(safe);
    }),
    { numRuns: 2_000 },
  );
});

test("H9: each rule is seen to be broken just beyond its bound, and kept at it", () => {
  const good = timingOf("embedded");
  const bounds: [Partial<Timing>, Partial<Timing>][] = [
    [{ renewDeadlineMs: 9_000 }, { renewDeadlineMs: 9_001 }],
    [{ renewDeadlineMs: 3_601 }, { renewDeadlineMs: 3_600 }],
    [{ rpcTimeoutMs: 3_500 }, { rpcTimeoutMs: 3_501 }],
    [{ marginMs: 1_000 }, { marginMs: 999 }],
    [{ pollEveryMs: 1 }, { pollEveryMs: 0 }],
    [{ drainMs: 0 }, { drainMs: -1 }],
    [{ rpcTimeoutMs: 2_000 }, { rpcTimeoutMs: 2_000.5 }],
    [{ holdMs: 1 }, { holdMs: Number.NaN }],
  ];
  for (const [kept, broken] of bounds) {
    expect(accepts({ ...good, ...kept }), JSON.stringify(kept)).toBe(true);
    expect(accepts({ ...good, ...broken }), JSON.stringify(broken)).toBe(false);
  }
  expect(accepts(good, 10_000)).toBe(true);
  expect(accepts(good, 10_001)).toBe(false);
});

test("H9: a refusal names every rule that is broken, and what to do", () => {
  const bad = { renewEveryMs: 9_000, rpcTimeoutMs: 5_000 };
  expect(() => timingOf("embedded", bad)).toThrow(/1\.2 times renewEveryMs; .*must fit into ttlMs.*Set only ttlMs/);
});

test("the defaults are those that are documented, and follow the lease's time", () => {
  expect(timingOf("embedded")).toMatchObject({ ttlMs: 10_000, renewEveryMs: 3_000, marginMs: 1_000 });
  for (const kind of ["etcd", "kubernetes"] as const) {
    expect(timingOf(kind)).toMatchObject({ ttlMs: 15_000, renewDeadlineMs: 10_000, renewEveryMs: 2_000 });
  }
  expect(timingOf("embedded", { ttlMs: 2_000 })).toMatchObject({ renewEveryMs: 600, marginMs: 300 });
  for (const kind of ["embedded", "postgres", "etcd", "kubernetes"] as const) {
    for (const ttlMs of [1_500, 2_000, 3_333, 30_000, 120_000]) expect(accepts(timingOf(kind, { ttlMs }))).toBe(true);
  }
});
