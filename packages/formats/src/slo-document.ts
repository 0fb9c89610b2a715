/** How the objectives stand, for the servers of the sidecar's machine: they offer it as `slo://report`. */
export interface SloDocument {
  readonly schema: 1;
  /** ISO 8601, UTC. */
  readonly generatedAt: string;
  readonly objectives: readonly SloState[];
}

export interface SloState {
  readonly name: string;
  readonly server: string;
  /** Left out: all of the server. */
  readonly target?: string;
  readonly kind: "availability" | "latency" | "errors";
  /** Share that has to be good, such as 0.999. */
  readonly objective: number;
  readonly windowDays: number;
  readonly good: number;
  readonly total: number;
  /** 1 − what is used of the error budget; negative when it is overdrawn. Left out without events. */
  readonly budgetRemaining?: number;
  /** How many times faster than allowed the budget burns, by window such as `1h`. Windows without enough events are left out. */
  readonly burnRates: Readonly<Record<string, number>>;
  readonly state: "met" | "at-risk" | "missed" | "not enough data";
}
