import { failoverError } from "./errors.ts";
import type { LeaseStore } from "./lease-store.ts";

/** The durations of an election, in milliseconds: integers. */
export interface Timing {
  /** How long a lease lives without a renewal. */
  readonly ttlMs: number;
  /** Taken off the lease on the holder's side: it stops this long before another can begin. */
  readonly marginMs: number;
  /** Between the beginnings of two renewals. */
  readonly renewEveryMs: number;
  /** Without a renewal for this long a holder gives up: it takes no new calls, and those in flight have until `ttlMs - marginMs`. */
  readonly renewDeadlineMs: number;
  /** After which a question to the store has failed. */
  readonly rpcTimeoutMs: number;
  /** Between two looks of a standby at the lease, where the store cannot be watched or the watch is silent. */
  readonly pollEveryMs: number;
  /** After its promotion a node is not deposed for its health for this long. */
  readonly holdMs: number;
  /** After it led, a node does not apply again for this long; not so where it was the store that did not answer. */
  readonly coolDownMs: number;
  /** How long the named candidate of a switchover is alone in applying. */
  readonly headStartMs: number;
  /** How much later than one of priority 100 a node of priority 0 would apply. */
  readonly priorityDelayMs: number;
  /** How long calls in flight may take to end when a node gives its lease away. */
  readonly drainMs: number;
  /** After which a fence hook has failed; also the writing of the token to disk. The lease is renewed meanwhile. */
  readonly fenceTimeoutMs: number;
}

/** Shortest margin: clocks that differ, and a timer that is late. */
const MIN_MARGIN_MS = 300;
const MARGIN_PART = 0.1;

/** How the parts of a lease's time relate, for each engine: those of a single arbiter, and those of Kubernetes' own electors (15, 10 and 2 s). */
const PARTS: Readonly<Record<LeaseStore["kind"], { ttlMs: number; renewEvery: number; renewDeadline: number }>> = {
  embedded: { ttlMs: 10_000, renewEvery: 3 / 10, renewDeadline: 8 / 10 },
  postgres: { ttlMs: 10_000, renewEvery: 3 / 10, renewDeadline: 8 / 10 },
  etcd: { ttlMs: 15_000, renewEvery: 2 / 15, renewDeadline: 10 / 15 },
  kubernetes: { ttlMs: 15_000, renewEvery: 2 / 15, renewDeadline: 10 / 15 },
};

/**
 * The timing of an engine, with what is given in place of its defaults. What is not given follows the lease's time.
 * @throws OpsError FAILOVER_TIMING_INVALID
 */
export function timingOf(kind: LeaseStore["kind"], given: Partial<Timing> = {}, minTtlMs = 0): Timing {
  const parts = PARTS[kind];
  const ttlMs = given.ttlMs ?? parts.ttlMs;
  const timing: Timing = {
    ttlMs,
    marginMs: minMarginOf(ttlMs),
    renewEveryMs: Math.round(ttlMs * parts.renewEvery),
    renewDeadlineMs: Math.round(ttlMs * parts.renewDeadline),
    rpcTimeoutMs: Math.floor(ttlMs / 5),
    pollEveryMs: 500,
    holdMs: ttlMs,
    coolDownMs: ttlMs,
    headStartMs: 2_000,
    priorityDelayMs: 300,
    drainMs: 5_000,
    fenceTimeoutMs: 30_000,
    ...given,
  };
  checkTiming(timing, minTtlMs);
  return timing;
}

/**
 * Refuses durations with which two nodes could lead, or none for long (R3): the rules of Kubernetes' and Patroni's electors, and our margin.
 * @param minTtlMs what the store can do
 * @throws OpsError FAILOVER_TIMING_INVALID, naming every rule that is broken
 */
export function checkTiming(timing: Timing, minTtlMs: number): void {
  const wrong = [...wrongNumbers(timing), ...RULES.filter(({ holds }) => !holds(timing)).map(({ text }) => text)];
  if (timing.ttlMs < minTtlMs) wrong.push(`ttlMs must be at least ${minTtlMs} with this store`);
  if (wrong.length === 0) return;
  const { ttlMs, marginMs, renewEveryMs, renewDeadlineMs, rpcTimeoutMs } = timing;
  const given = `ttlMs ${ttlMs}, marginMs ${marginMs}, renewDeadlineMs ${renewDeadlineMs}, renewEveryMs ${renewEveryMs}, rpcTimeoutMs ${rpcTimeoutMs}`;
  throw failoverError(
    "FAILOVER_TIMING_INVALID",
    `This timing cannot be safe: ${wrong.join("; ")}. Given: ${given}. Set only ttlMs, and the others follow.`,
  );
}

const RULES: readonly { readonly text: string; readonly holds: (timing: Timing) => boolean }[] = [
  { text: "ttlMs must be longer than renewDeadlineMs", holds: (t) => t.ttlMs > t.renewDeadlineMs },
  {
    text: "renewDeadlineMs must be longer than 1.2 times renewEveryMs",
    holds: (t) => t.renewDeadlineMs > 1.2 * t.renewEveryMs,
  },
  {
    text: "renewEveryMs and twice rpcTimeoutMs must fit into ttlMs",
    holds: (t) => t.renewEveryMs + 2 * t.rpcTimeoutMs <= t.ttlMs,
  },
  { text: "marginMs must be at least 300 and a tenth of ttlMs", holds: (t) => t.marginMs >= minMarginOf(t.ttlMs) },
  {
    text: "renewDeadlineMs must come before ttlMs less marginMs",
    holds: (t) => t.renewDeadlineMs <= t.ttlMs - t.marginMs,
  },
];

/** Durations that may be 0. */
const MAY_BE_ZERO: ReadonlySet<string> = new Set(["holdMs", "coolDownMs", "headStartMs", "priorityDelayMs", "drainMs"]);

function wrongNumbers(timing: Timing): string[] {
  return Object.entries(timing)
    .filter(([name, ms]) => !Number.isSafeInteger(ms) || ms < (MAY_BE_ZERO.has(name) ? 0 : 1))
    .map(([name]) => `${name} must be a whole number of milliseconds`);
}

function minMarginOf(ttlMs: number): number {
  return Math.max(MIN_MARGIN_MS, Math.ceil(ttlMs * MARGIN_PART));
}
