import { ROLE_SCHEMA, type RoleDocument } from "@mcp-ops/formats";
import { expect, test } from "vitest";
import { Reign } from "./reign.ts";

/** Clocks that the test moves, each by itself. */
function stage() {
  const clocks = { mono: 1_000, wall: 1_000_000 };
  const pass = (ms: number) => {
    clocks.mono += ms;
    clocks.wall += ms;
  };
  const changes: boolean[] = [];
  const reign: Reign = new Reign({ monotonic: () => clocks.mono, wall: () => clocks.wall }, () =>
    changes.push(reign.until > 0),
  );
  return { clocks, pass, reign, changes };
}

const primary = (token: bigint, remainingMs: number): RoleDocument => ({
  schema: ROLE_SCHEMA,
  group: "g",
  node: "a",
  role: "primary",
  token: String(token),
  remainingMs,
  retryAfterMs: 1_000,
});
const standby = (token: bigint): RoleDocument => ({ ...primary(token, 0), role: "standby" });

test("a process leads from when it asked, not from when it was answered", () => {
  const { reign, pass } = stage();
  const asked = reign.mark();
  pass(400);
  expect(reign.take(primary(7n, 1_000), asked)).toBe(true);
  expect(reign.until).toBe(2_000);
  pass(599);
  expect(reign.signal?.aborted).toBe(false);
  pass(1);
  expect(reign.until).toBe(0);
  expect(reign.signal).toBeUndefined();
});

test("an answer that lay in a frozen process is too old when it is read", () => {
  const { reign, pass, changes } = stage();
  const asked = reign.mark();
  pass(1_000);
  reign.take(primary(7n, 1_000), asked);
  expect(reign.until).toBe(0);
  expect(changes).toEqual([]);
});

test("at the first look after the deadline the reign is over, before any timer", () => {
  const { reign, pass, changes } = stage();
  reign.take(primary(7n, 1_000), reign.mark());
  const { signal } = reign;
  pass(60_000);
  expect(reign.until).toBe(0);
  expect(signal?.aborted).toBe(true);
  expect(changes).toEqual([true, false]);
});

test("a longer lease under the same token is the same reign, another token is another one", () => {
  const { reign, pass } = stage();
  reign.take(primary(7n, 1_000), reign.mark());
  const first = reign.signal;
  pass(500);
  reign.take(primary(7n, 1_000), reign.mark());
  expect(reign.signal).toBe(first);
  reign.take(primary(8n, 1_000), reign.mark());
  expect(first?.aborted).toBe(true);
  expect(reign.signal?.aborted).toBe(false);
});

test("nobody leads with a token smaller than one seen, as a standby either", () => {
  const { reign } = stage();
  reign.take(standby(9n), reign.mark());
  expect(reign.take(primary(8n, 1_000), reign.mark())).toBe(false);
  expect(reign.until).toBe(0);
  expect(reign.take(primary(10n, 1_000), reign.mark())).toBe(true);
  expect(reign.until).toBeGreaterThan(0);
});

test("H8: the wall clock does not move the deadline when it is set back", () => {
  const { reign, clocks, pass } = stage();
  reign.take(primary(7n, 1_000), reign.mark());
  clocks.wall -= 3_600_000;
  pass(999);
  expect(reign.until).toBe(2_000);
  pass(1);
  expect(reign.until).toBe(0);
});

test("H8: a suspended machine is noticed, and nothing begins until the agent has answered again", () => {
  const { reign, clocks } = stage();
  reign.take(primary(7n, 10_000), reign.mark());
  const { signal } = reign;
  clocks.wall += 60_000; // The monotonic clock stood meanwhile.
  expect(reign.until).toBe(0);
  expect(signal?.aborted).toBe(false);
  reign.take(primary(7n, 9_000), reign.mark());
  expect(reign.until).toBe(10_000);
  expect(reign.signal).toBe(signal);
});

test("H8: an answer over which the machine was suspended is not believed", () => {
  const { reign, clocks } = stage();
  const asked = reign.mark();
  clocks.wall += 60_000;
  reign.take(primary(7n, 10_000), asked);
  expect(reign.until).toBe(0);
});
