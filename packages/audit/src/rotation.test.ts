import { expect, test } from "vitest";
import { isRotationDue } from "./rotation.ts";

const policy = { maxFileBytes: 100, maxFileAgeMs: 1000, rotateAt: "never" } as const;
const HOUR = 3_600_000;

test("a file is closed when it is large, when it is old, and at the turn of the hour or day", () => {
  expect(isRotationDue({ bytes: 99, openedAt: 0 }, policy, 999)).toBe(false);
  expect(isRotationDue({ bytes: 100, openedAt: 0 }, policy, 0)).toBe(true);
  expect(isRotationDue({ bytes: 1, openedAt: 0 }, policy, 1000)).toBe(true);
  const hourly = { ...policy, maxFileAgeMs: 48 * HOUR, rotateAt: "hour" } as const;
  expect(isRotationDue({ bytes: 1, openedAt: HOUR - 1 }, hourly, HOUR)).toBe(true);
  expect(isRotationDue({ bytes: 1, openedAt: HOUR }, hourly, 2 * HOUR - 1)).toBe(false);
  expect(isRotationDue({ bytes: 1, openedAt: HOUR }, { ...hourly, rotateAt: "day" }, 23 * HOUR)).toBe(false);
  expect(isRotationDue({ bytes: 1, openedAt: HOUR }, { ...hourly, rotateAt: "day" }, 24 * HOUR)).toBe(true);
});

test("an empty file is never closed", () => {
  expect(isRotationDue({ bytes: 0, openedAt: 0 }, policy, 1e9)).toBe(false);
});
