import type { FencedBy } from "@mcp-ops/formats";

// By a global symbol, so that a second copy of this package in the process counts in the same place.
const SHARED = Symbol.for("mcp-ops.guard.fenced.v1");
const shared = globalThis as { [SHARED]?: Map<FencedBy, number> };
shared[SHARED] ??= new Map();
const counts: Map<FencedBy, number> = shared[SHARED];

/** Writes that were refused for their token in this process, by adapter. */
export function fencedWrites(): ReadonlyMap<FencedBy, number> {
  return counts;
}

/** Does what may refuse a token, and counts when it does. */
export function countingFenced<R>(by: FencedBy, work: () => R): R {
  try {
    return work();
  } catch (error) {
    counts.set(by, (counts.get(by) ?? 0) + 1);
    throw error;
  }
}
