import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { pricesAt } from "../prices/book.ts";
import { readPriceBook } from "../prices/read-book.ts";
import type { UsagePoint } from "../quantities.ts";
import { type ComputeFacts, cpuAdvice, memoryAdvice } from "./compute.ts";
import { quantile } from "./quantile.ts";

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const BOOK = readPriceBook({
  currency: "USD",
  versions: [{ name: "v", prices: { cpuCoreHour: 0.03, memoryGiBHour: 0.004 } }],
});
const { rates } = pricesAt(BOOK, 0);

/** A minute for each of the cores, over as many hours as are asked for. */
function pointsOf(
  cores: readonly number[],
  minutesApart = 1,
  memoryBytes: number | undefined = 50 * MIB,
): UsagePoint[] {
  return cores.map((so, at) => ({
    minute: 1_000_000 + at * minutesApart,
    cpuUs: Math.round(so * 60_000_000),
    measuredMs: 60_000,
    memoryBytes,
  }));
}

function factsOf(points: readonly UsagePoint[], cores?: number, memoryBytes?: number): ComputeFacts {
  return { server: "s", points, reserved: { cores, memoryBytes }, rates };
}

const cores = fc.array(fc.integer({ min: 0, max: 4_000_000 }), { minLength: 181, maxLength: 400 });

/** By counting and without sorting: the value that has exactly so many below it. */
function byCounting(values: readonly number[], q: number): number {
  const at = (values.length - 1) * q;
  const nth = (n: number) =>
    values.find((one) => {
      const below = values.filter((other) => other < one).length;
      return below <= n && n < below + values.filter((other) => other === one).length;
    }) as number;
  const [low, high] = [nth(Math.floor(at)), nth(Math.ceil(at))];
  return low * (1 - (at % 1)) + high * (at % 1);
}

test("C3: quantiles are exact, with no bucket's error: by counting they come out the same", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(50), { minLength: 1, maxLength: 60 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, q) => {
        expect(quantile(values, q)).toBeCloseTo(byCounting(values, q), 9);
      },
    ),
  );
  const ten = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1];
  expect([quantile(ten, 0.95), quantile(ten, 0.5), quantile(ten, 0), quantile(ten, 1)]).toEqual([
    expect.closeTo(9.55, 12),
    5.5,
    1,
    10,
  ]);
  expect(quantile([-1, 10, 9], 0.5)).toBe(9);
});

test("C3: the advised CPU is the exact 95th percentile, rounded up to a millicore, and never below KRR's ten", () => {
  fc.assert(
    fc.property(cores, (microcores) => {
      const { evidence } = cpuAdvice(factsOf(pointsOf(microcores.map((one) => one / 1e6))));
      const exact = byCounting(microcores, 0.95) / 1e6;
      const advised = evidence.advisedCores as number;
      expect(advised).toBeGreaterThanOrEqual(Math.max(0.01, exact) - 1e-8);
      expect(advised).toBeLessThanOrEqual(Math.max(0.01, exact + 0.001) + 1e-8);
    }),
    { numRuns: 30 },
  );
});

test("C3: with fewer than 100 points, or less than three hours, it says that this is not enough, and nothing else", () => {
  const stateOf = (count: number, apart: number) => {
    const facts = factsOf(pointsOf(Array(count).fill(0.5), apart), 2, GIB);
    const both = [cpuAdvice(facts), memoryAdvice(facts)];
    for (const one of both.filter(({ state }) => state === "not enough data")) {
      expect(one.evidence).toEqual({});
      expect(one).not.toHaveProperty("savingMicroUnitsPerMonth");
      expect(one.text).toMatch(/^Not enough data: \d+ minutes of [\d.]+ h, and it takes 100 of 3 h\.$/);
    }
    return [...new Set(both.map(({ state }) => state))].join();
  };
  expect([stateOf(0, 1), stateOf(99, 60), stateOf(100, 1), stateOf(179, 1)]).toEqual(Array(4).fill("not enough data"));
  expect([stateOf(180, 1), stateOf(100, 2)]).toEqual(["advised", "advised"]);
});

describe("advice about compute", () => {
  it("says what to reserve, why, and what a month of it saves at the price of now", () => {
    const points = pointsOf([...Array(95).fill(0.1), ...Array(5).fill(1)], 2);
    // Linear between the 95th and the 96th of 100: 0.1 + 0.05 × 0.9. Five of 100 minutes use one core and go on paying for it.
    const saved = (95 * (2 - 0.145) + 5 * (2 - 1)) / 100;
    expect(cpuAdvice(factsOf(points, 2))).toEqual({
      kind: "cpu",
      server: "s",
      state: "advised",
      text: "Reserve 0.145 cores, and set no limit, instead of 2 cores.",
      evidence: { p95Cores: expect.closeTo(0.145, 9), maxCores: 1, advisedCores: 0.145, reservedCores: 2 },
      basis: { fromMinute: 1_000_000, toMinute: 1_000_199, count: 100, of: "minutes" },
      savingMicroUnitsPerMonth: Math.round(saved * 730 * 30_000),
    });
  });

  it("wants more memory than was seen by 15 %, and after a kill than its limit by 25 %", () => {
    const points = [
      ...pointsOf(Array(199).fill(0)),
      ...pointsOf([0], 1, 200 * MIB).map((one) => ({ ...one, minute: 1_000_300 })),
    ];
    const seen = memoryAdvice(factsOf(points, undefined, GIB));
    expect(seen).toMatchObject({ state: "advised", text: "Reserve 230 MiB, instead of 1024 MiB." });
    expect(seen.evidence).toEqual({ maxBytes: 200 * MIB, advisedBytes: 230 * MIB, reservedBytes: GIB });
    expect(seen.savingMicroUnitsPerMonth).toBe(Math.round(((GIB - 230 * MIB) / GIB) * 730 * 4_000));
    const killed = memoryAdvice({ ...factsOf(points, undefined, 256 * MIB), killedAtBytes: 256 * MIB });
    expect(killed).toMatchObject({ state: "advised", evidence: { advisedBytes: 320 * MIB, killedAtBytes: 256 * MIB } });
    expect(killed.savingMicroUnitsPerMonth).toBeLessThan(0);
  });

  it("leaves alone what fits, and what nobody reserved, but says what would do", () => {
    const points = pointsOf(Array(200).fill(0.5));
    expect(cpuAdvice(factsOf(points, 0.5))).toMatchObject({ state: "fine", savingMicroUnitsPerMonth: 0 });
    expect(cpuAdvice(factsOf(points))).toMatchObject({
      state: "fine",
      text: "Nothing is reserved; 0.5 cores would be enough.",
    });
    expect(memoryAdvice(factsOf(points))).toMatchObject({
      state: "fine",
      text: "Nothing is reserved; 58 MiB would be enough.",
    });
    expect(cpuAdvice({ ...factsOf(points, 2), rates: {} })).not.toHaveProperty("savingMicroUnitsPerMonth");
  });

  it("takes the rate of a minute in which a server began for as long as it ran, and none of one that was hardly seen", () => {
    const half = pointsOf(Array(200).fill(0.5)).map((one) => ({ ...one, cpuUs: 15_000_000, measuredMs: 30_000 }));
    expect(cpuAdvice(factsOf(half)).evidence.p95Cores).toBe(0.5);
    const hardly = half.map((one) => ({ ...one, measuredMs: 14_999 }));
    expect(cpuAdvice(factsOf(hardly)).state).toBe("not enough data");
    const two = half.map((one) => ({ ...one, cpuUs: 90_000_000, measuredMs: 120_000 }));
    expect(cpuAdvice(factsOf(two)).evidence.p95Cores).toBe(1.5);
  });
});
