import { expect, test } from "vitest";
import { BackOff } from "./back-off.ts";

test("each wait is twice as long, up to half a minute, until a server has run for a minute", () => {
  const backOff = new BackOff(() => 1);
  const waits = Array.from({ length: 8 }, () => backOff.next(100));
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  expect(backOff.next(60_000)).toBe(500);
});

test("servers that fell together do not come back together", () => {
  expect(new BackOff(() => 0).next(0)).toBe(250);
  expect(new BackOff(() => 0.5).next(0)).toBe(375);
});
