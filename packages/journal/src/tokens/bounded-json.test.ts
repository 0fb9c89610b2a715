import fc from "fast-check";
import { expect, it } from "vitest";
import { boundedJson } from "./bounded-json.ts";

it("is what JSON.stringify gives where there is room for it", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(boundedJson(value, 1e6)).toBe(JSON.stringify(value));
    }),
  );
  expect(boundedJson({ a: undefined, b: [undefined] }, 100)).toBe('{"b":[null]}');
});

it("is hardly longer than it may be, and begins as the whole does", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 50 }), (value, maxChars) => {
      const whole = JSON.stringify(value);
      const cut = boundedJson(value, maxChars);
      expect(cut.length).toBeLessThan(maxChars * 6 + 200);
      expect(cut.slice(0, Math.min(maxChars / 2, 10))).toBe(whole.slice(0, Math.min(maxChars / 2, 10)));
    }),
  );
});
