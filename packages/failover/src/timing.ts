/** The durations of an election, in milliseconds. `timingOf()` has defaults for each engine; `checkTiming()` refuses what cannot be safe. */
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
  /** After which a fence hook has failed. */
  readonly fenceTimeoutMs: number;
}
