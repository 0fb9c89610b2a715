import { AVAILABILITY } from "./availability.ts";
import type { ThresholdRow } from "./row.ts";

/** Every number of the rules that a person may want to change, by the name that `--set` takes. */
export const THRESHOLDS: Readonly<Record<ThresholdName, ThresholdRow>> = { ...AVAILABILITY };

export type ThresholdName = keyof typeof AVAILABILITY;

export type Thresholds = Readonly<Record<ThresholdName, number>>;

export function thresholds(changes: Partial<Thresholds> = {}): Thresholds {
  const defaults = Object.entries(THRESHOLDS).map(([name, row]) => [name, row.default]);
  return { ...(Object.fromEntries(defaults) as Thresholds), ...changes };
}
