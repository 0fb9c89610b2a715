import fc from "fast-check";
import { expect, test } from "vitest";
import { picoUnits } from "./decimal.ts";

test("a price is taken as it was written, to the last of its twelve digits", () => {
  const written = fc.tuple(fc.nat(999_999_999), fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: 12 }));
  fc.assert(
    fc.property(written, ([whole, part]) => {
      const text = part === "" ? `${whole}` : `${whole}.${part}`;
      expect(picoUnits(text)).toBe(BigInt(whole) * 10n ** 12n + BigInt(part.padEnd(12, "0")));
    }),
  );
});

test("a number of YAML or JSON counts as its digits, not as what the machine makes of them", () => {
  const cases: [number, bigint][] = [
    [0.1, 100_000_000_000n],
    [0.00005479452, 54_794_520n],
    [1e-12, 1n],
    [5.5e-8, 55_000n],
    [123456.1, 123_456_100_000_000_000n],
    [0, 0n],
    [3, 3_000_000_000_000n],
  ];
  for (const [number, pico] of cases) expect(picoUnits(number), String(number)).toBe(pico);
});

test("what cannot be told to the last digit is no price, nor is less than nothing", () => {
  const none = [0.1 + 0.2, 1.2345678901234567, 1e-13, 1e21, -1, Number.NaN, Number.POSITIVE_INFINITY];
  const texts = ["", "1,5", "0.1234567890123", "1e3", " 1", "-1", "1.", "1234567890", null, true, {}, [1]];
  for (const wrong of [...none, ...texts]) expect(picoUnits(wrong), JSON.stringify(wrong)).toBeUndefined();
});
