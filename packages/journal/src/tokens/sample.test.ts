import fc from "fast-check";
import { expect, it } from "vitest";
import { sample } from "./sample.ts";

const texts = fc.array(
  fc.integer({ min: 0, max: 20_000 }).map((length) => "x".repeat(length)),
  { maxLength: 40 },
);

it("looks at all of what is short, and at no more than was said of what is long", () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 1024, max: 64 * 1024 }), (given, maxChars) => {
      const chars = given.reduce((sum, { length }) => sum + length, 0);
      const { windows, scale } = sample(given, maxChars);
      const seen = windows.reduce((sum, { from, to }) => sum + to - from, 0);
      for (const { text, from, to } of windows) expect(from >= 0 && from <= to && to <= text.length).toBe(true);
      expect(seen).toBeLessThanOrEqual(maxChars);
      expect(seen * scale).toBeCloseTo(chars, 3);
      if (chars <= maxChars) expect(scale).toBe(1);
    }),
  );
});

it("looks into every part of a long text", () => {
  const { windows } = sample(["a".repeat(10_000_000)], 64 * 1024);
  const tenths = new Set(windows.map(({ from }) => Math.floor(from / 1_000_000)));
  expect(tenths.size).toBe(10);
});
