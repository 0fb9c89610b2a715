import { expect, test } from "vitest";
import { ulid } from "./ulid.ts";

test("a ULID is the one of the specification, and sorts by time", () => {
  expect(ulid(1469918176385, new Uint8Array(10))).toBe("01ARYZ6S410000000000000000");
  expect(ulid(0, new Uint8Array(10).fill(255))).toBe("0000000000ZZZZZZZZZZZZZZZZ");
  expect(ulid(1000, new Uint8Array(10).fill(255)) < ulid(1001, new Uint8Array(10))).toBe(true);
});
