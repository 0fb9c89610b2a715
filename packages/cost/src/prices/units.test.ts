import fc from "fast-check";
import { expect, test } from "vitest";
import { computeRate, GRAINS_PER_MICRO, tokenRate, UNIT_KEYS, UNITS } from "./units.ts";

const price = fc.bigInt({ min: 0n, max: 10n ** 21n });

test("C2: every price is a whole number of grains for each of what the ledger counts", () => {
  fc.assert(
    fc.property(fc.constantFrom(...UNIT_KEYS), price, (key, pico) => {
      expect(computeRate(key, pico) * UNITS[key].holds * 1_000_000n).toBe(pico * GRAINS_PER_MICRO);
    }),
  );
  fc.assert(fc.property(price, (pico) => tokenRate(pico) * 1_000_000n * 1_000_000n === pico * GRAINS_PER_MICRO));
});

test("a GiB is more than a GB, by 7.37 %, and a month has 730 hours", () => {
  const dollar = 10n ** 12n;
  const ofGB = computeRate("memoryGBHour", dollar);
  expect((computeRate("memoryGiBHour", dollar) * 107_374_182_4n) / 10n ** 9n).toBe(ofGB);
  expect(computeRate("storageGiBMonth", dollar) * 730n).toBe(computeRate("storageGiBHour", dollar));
});
