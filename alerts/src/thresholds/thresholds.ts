import { AVAILABILITY } from "./availability.ts";
import { COST } from "./cost.ts";
import { FAILOVER } from "./failover.ts";
import type { ThresholdRow } from "./row.ts";
import { SLO } from "./slo.ts";

/** Every number of the rules that a person may want to change, by the name that `--set` takes. */
export const THRESHOLDS: Readonly<Record<ThresholdName, ThresholdRow>> = {
  ...AVAILABILITY,
  ...FAILOVER,
  ...COST,
  ...SLO,
};

export type ThresholdName = keyof typeof AVAILABILITY | keyof typeof FAILOVER | keyof typeof COST | keyof typeof SLO;

export type Thresholds = Readonly<Record<ThresholdName, number>>;

export function thresholds(changes: Partial<Thresholds> = {}): Thresholds {
  const defaults = Object.entries(THRESHOLDS).map(([name, row]) => [name, row.default]);
  return { ...(Object.fromEntries(defaults) as Thresholds), ...changes };
}
