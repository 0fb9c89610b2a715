import { expect, it } from "vitest";
import { FAILURE_WINDOW_MS, Failures, MAX_ADDRESSES, MAX_FAILURES, sameToken } from "./guard.ts";

it("tells a token from another, whatever their lengths", () => {
  expect(sameToken("a".repeat(32), "a".repeat(32))).toBe(true);
  for (const wrong of ["", "a", "a".repeat(31), "a".repeat(33), `${"a".repeat(31)}b`]) {
    expect(sameToken(wrong, "a".repeat(32))).toBe(false);
  }
});

it("makes an address wait after too many wrong tokens, until its window is over", () => {
  let nowMs = 0;
  const failures = new Failures(() => nowMs);
  for (let n = 0; n < MAX_FAILURES; n++) {
    expect(failures.waitMs("192.0.2.1")).toBe(0);
    failures.add("192.0.2.1");
  }
  nowMs = 1_000;
  expect(failures.waitMs("192.0.2.1")).toBe(FAILURE_WINDOW_MS - 1_000);
  expect(failures.waitMs("::ffff:192.0.2.1")).toBeGreaterThan(0);
  expect(failures.waitMs("192.0.2.2")).toBe(0);
  nowMs = FAILURE_WINDOW_MS;
  expect(failures.waitMs("192.0.2.1")).toBe(0);
});

it("takes a /64 of IPv6 for one address", () => {
  const failures = new Failures(() => 0);
  for (let n = 0; n < MAX_FAILURES; n++) failures.add(`2001:db8:0:1:${n}::${n}`);
  expect(failures.waitMs("2001:db8:0:1::ffff")).toBeGreaterThan(0);
  expect(failures.waitMs("2001:db8::1:0:0:0:1")).toBeGreaterThan(0);
  expect(failures.waitMs("2001:db8:0:2::1")).toBe(0);
});

it("remembers so many addresses and no more", () => {
  const failures = new Failures(() => 0);
  for (let n = 0; n < 3 * MAX_ADDRESSES; n++) failures.add(`10.0.${n >> 8}.${n & 255}`);
  expect(failures.size).toBe(MAX_ADDRESSES);
});
