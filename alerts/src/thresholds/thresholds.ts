import { AVAILABILITY } from "./availability.ts";
import { LATENCY } from "./latency.ts";
import type { ThresholdRow } from "./row.ts";
import { SATURATION } from "./saturation.ts";

const ROWS = {
  ...AVAILABILITY,
  ...LATENCY,
  ...SATURATION,
} as const;

/** Every number of the rules that a person may want to change, by the name that `--set` takes. */
export const THRESHOLDS: Readonly<Record<ThresholdName, ThresholdRow>> = ROWS;

export type ThresholdName = keyof typeof ROWS;

export type Thresholds = Readonly<Record<ThresholdName, number>>;

export function thresholds(changes: Partial<Thresholds> = {}): Thresholds {
  const defaults = Object.entries(THRESHOLDS).map(([name, row]) => [name, row.default]);
  return { ...(Object.fromEntries(defaults) as Thresholds), ...changes };
}
