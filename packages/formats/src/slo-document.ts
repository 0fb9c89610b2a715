/** How the objectives stand, for the servers of the sidecar's machine: they offer it as `slo://report`. */
export interface SloDocument {
  readonly schema: 1;
  /** ISO 8601, UTC. */
  readonly generatedAt: string;
  /** IANA name of the zone in which months begin and end. */
  readonly timeZone: string;
  readonly objectives: readonly SloState[];
}

/** `availability`: share of minutes; `latency` and `errors`: share of calls. */
export const SLO_KINDS = ["availability", "latency", "errors"] as const;
export type SloKind = (typeof SLO_KINDS)[number];

/** The last 28 or 30 days, or this calendar month. */
export const SLO_WINDOWS = ["28d", "30d", "month"] as const;
export type SloWindow = (typeof SLO_WINDOWS)[number];

/** Windows over which the speed is taken at which a budget burns, and their minutes (SRE workbook, chapter 5). */
export const BURN_WINDOWS = { "5m": 5, "30m": 30, "1h": 60, "2h": 120, "6h": 360, "1d": 1_440, "3d": 4_320 } as const;
export type BurnWindow = keyof typeof BURN_WINDOWS;

export const SLO_STATES = ["met", "at-risk", "missed", "not enough data"] as const;

export interface SloState {
  readonly name: string;
  readonly server: string;
  /** Left out: all of the server. */
  readonly target?: string;
  readonly kind: SloKind;
  /** Share that has to be good, such as 0.999. */
  readonly objective: number;
  /** Of a latency objective: a call that takes longer is bad. */
  readonly thresholdMs?: number;
  readonly window: SloWindow;
  /** Calls; of an availability objective minutes. */
  readonly good: number;
  readonly total: number;
  /** 1 − what is used of the error budget; negative when it is overdrawn. Left out without events. */
  readonly budgetRemaining?: number;
  /** How many times faster than allowed the budget burns. Windows without enough events are left out. */
  readonly burnRates: Readonly<Partial<Record<BurnWindow, number>>>;
  readonly state: (typeof SLO_STATES)[number];
  /** Why, in a sentence for people. */
  readonly note: string;
}
