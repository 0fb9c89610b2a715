import fc from "fast-check";
import { expect, test } from "vitest";
import { GRAINS_PER_MICRO } from "../prices/units.ts";
import { apportion, microUnits, microUnitsAtMost } from "./apportion.ts";

const parts = fc.array(fc.bigInt({ min: 0n, max: 1_000n * GRAINS_PER_MICRO }), { minLength: 1, maxLength: 20 });
const sumOf = (grains: readonly bigint[]) => grains.reduce((all, one) => all + one, 0n);

test("C2: parts add up to the whole, whether it was rounded down or up, and each is off by less than a micro-unit", () => {
  fc.assert(
    fc.property(parts, fc.boolean(), (grains, isUp) => {
      const sum = sumOf(grains);
      const whole = isUp ? microUnitsAtMost(sum) : Number(sum / GRAINS_PER_MICRO);
      const shared = apportion(whole, grains);
      expect(shared.reduce((all, one) => all + one, 0)).toBe(whole);
      for (const [at, part] of shared.entries()) {
        const off = BigInt(part) * GRAINS_PER_MICRO - (grains[at] as bigint);
        expect(off < GRAINS_PER_MICRO && -off < GRAINS_PER_MICRO).toBe(true);
        if (grains[at] === 0n) expect(part).toBe(0);
      }
    }),
  );
});

test("those that lost most by the cut get what is left, the first of equals first", () => {
  const third = GRAINS_PER_MICRO / 3n;
  expect(apportion(1, [third, third, third])).toEqual([1, 0, 0]);
  expect(apportion(2, [third, third + 1n, third])).toEqual([1, 1, 0]);
  expect(apportion(3, [2n * GRAINS_PER_MICRO, 0n, third + 1n])).toEqual([2, 0, 1]);
});

test("half a micro-unit is one, and what is not to be too little is rounded up", () => {
  expect([microUnits(GRAINS_PER_MICRO / 2n), microUnits(GRAINS_PER_MICRO / 2n - 1n)]).toEqual([1, 0]);
  expect([microUnitsAtMost(0n), microUnitsAtMost(1n), microUnitsAtMost(GRAINS_PER_MICRO)]).toEqual([0, 1, 1]);
});
