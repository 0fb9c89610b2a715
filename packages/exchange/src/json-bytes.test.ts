import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonBytes } from "./json-bytes.ts";

const serialised = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

test("counts exactly the bytes that serialising would make, for any JSON", () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      expect(jsonBytes(value)).toBe(serialised(value));
    }),
    { numRuns: 2000 },
  );
});

test("counts long texts with escapes, astral characters and lone surrogates", () => {
  const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 60, maxLength: 300 });
  fc.assert(
    fc.property(units, (codes) => {
      const text = String.fromCharCode(...codes);
      expect(jsonBytes({ text })).toBe(serialised({ text }));
    }),
    { numRuns: 500 },
  );
});

test("counts long plain ASCII, where the fast path answers", () => {
  const text = "plain ascii ".repeat(1000);
  expect(jsonBytes(text)).toBe(serialised(text));
});

test("leaves out what serialising leaves out: undefined members and functions, which are null in a list", () => {
  const message = { a: undefined, b: () => 1, c: [undefined, 1], d: Number.NaN, e: new Date(0) };
  expect(jsonBytes(message)).toBe(serialised(message));
});
