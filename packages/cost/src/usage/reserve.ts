import { elapsedMs, MAX_ELAPSED_MS } from "./moment.ts";
import type { Moment } from "./reading.ts";

/** What is reserved, whether it is used or not. */
export interface Allocation {
  /** Thousandths of a core. */
  readonly milliCores: number;
  readonly memoryBytes: number;
}

/** What was reserved between two looks, in integers: a thousandth of a core for a millisecond is a microsecond. */
export interface ReservedInterval {
  readonly fromMs: number;
  readonly toMs: number;
  readonly allocations: Readonly<Record<string, Allocation>>;
}

export interface ReserveState extends Moment {
  readonly allocations: Readonly<Record<string, Allocation>>;
}

/**
 * What was reserved since the last look: as it was said then, so that a change counts from when it is seen. It goes on while nobody
 * looks, because what is reserved is paid for.
 */
export function reserve(
  last: ReserveState | undefined,
  now: Moment,
  allocations: Readonly<Record<string, Allocation>>,
): { readonly state: ReserveState; readonly interval: ReservedInterval | undefined } {
  const { wallMs, timer, timerMs } = now;
  const state = { wallMs, timer, timerMs, allocations };
  const ms = last === undefined ? 0 : Math.min(MAX_ELAPSED_MS, elapsedMs(last, now));
  if (last === undefined || ms === 0) return { state, interval: undefined };
  return { state, interval: { fromMs: wallMs - ms, toMs: wallMs, allocations: last.allocations } };
}
