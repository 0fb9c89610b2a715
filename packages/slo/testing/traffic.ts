import { type JournalStatus, latencyBucketUs } from "@mcp-ops/formats";
import fc from "fast-check";
import type { Minute } from "../src/calendar.ts";
import type { OutcomeRow, ProbeMinute } from "../src/evaluate/minutes.ts";

/** One call as it was, before anything is rounded or added up. */
export interface Call {
  readonly minute: Minute;
  readonly server: string;
  readonly target: string;
  readonly status: JournalStatus;
  readonly latencyUs: number;
}

const ENDS: readonly JournalStatus[] = [
  "success",
  "success",
  "success",
  "input_required",
  "tool_error",
  "error",
  "client_error",
  "timeout",
  "lost",
  "cancelled",
  "validation",
  "unknown_tool",
  "denied",
];

/** Calls within so many minutes before `now`, most of them of late, so that short windows have some. */
export function calls(now: Minute, span: number, maxLength: number): fc.Arbitrary<readonly Call[]> {
  const ago = fc.oneof(
    fc.integer({ min: 1, max: span }),
    fc.integer({ min: 1, max: 400 }),
    fc.integer({ min: 1, max: 6 }),
  );
  const call = fc.record({
    minute: ago.map((back) => now - back),
    server: fc.constantFrom("shop", "shop", "shop", "blog"),
    target: fc.constantFrom("pay", "pay", "look", ""),
    status: fc.constantFrom(...ENDS),
    latencyUs: fc.oneof(fc.integer({ min: 1, max: 600_000 }), fc.constantFrom(249_999, 250_000, 250_001)),
  });
  return fc.array(call, { maxLength });
}

export function probes(now: Minute, span: number, maxLength: number): fc.Arbitrary<readonly ProbeMinute[]> {
  const ago = fc.oneof(fc.integer({ min: 1, max: span }), fc.integer({ min: 1, max: 70 }));
  const count = fc.integer({ min: 0, max: 4 });
  const probe = fc.record({
    minute: ago.map((back) => now - back),
    server: fc.constantFrom("shop", "shop", "blog"),
    answered: count,
    silent: count,
    absent: count,
  });
  return fc.uniqueArray(probe, { maxLength, selector: ({ minute, server }) => `${minute} ${server}` });
}

/** As a journal has them. */
export function rowsOf(all: readonly Call[]): readonly OutcomeRow[] {
  const rows = new Map<string, Call[]>();
  for (const call of all) {
    const { minute, server, target, status } = call;
    const key = JSON.stringify([minute, server, target, status]);
    rows.set(key, [...(rows.get(key) ?? []), call]);
  }
  return [...rows.values()].map((group) => {
    const [{ latencyUs: _, ...first } = {} as Call] = group;
    const buckets = new Map<number, number>();
    for (const { latencyUs } of group) {
      const bucket = latencyBucketUs(latencyUs);
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
    }
    return { ...first, count: group.length, latencies: [...buckets] };
  });
}
