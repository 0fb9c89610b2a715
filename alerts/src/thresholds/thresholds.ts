import { AVAILABILITY } from "./availability.ts";
import { BACKUP } from "./backup.ts";
import { COST } from "./cost.ts";
import { FAILOVER } from "./failover.ts";
import { LATENCY } from "./latency.ts";
import { PIPELINE } from "./pipeline.ts";
import type { ThresholdRow } from "./row.ts";
import { SATURATION } from "./saturation.ts";
import { SIDECAR } from "./sidecar.ts";
import { SLO } from "./slo.ts";

/** Every number of the rules that a person may want to change, by the name that `--set` takes. */
export const THRESHOLDS: Readonly<Record<ThresholdName, ThresholdRow>> = {
  ...AVAILABILITY,
  ...LATENCY,
  ...SATURATION,
  ...BACKUP,
  ...PIPELINE,
  ...SIDECAR,
  ...FAILOVER,
  ...COST,
  ...SLO,
};

/** A concern has a line here and one above. */
export type ThresholdName =
  | keyof typeof AVAILABILITY
  | keyof typeof LATENCY
  | keyof typeof SATURATION
  | keyof typeof BACKUP
  | keyof typeof PIPELINE
  | keyof typeof SIDECAR
  | keyof typeof FAILOVER
  | keyof typeof COST
  | keyof typeof SLO;

export type Thresholds = Readonly<Record<ThresholdName, number>>;

export function thresholds(changes: Partial<Thresholds> = {}): Thresholds {
  const defaults = Object.entries(THRESHOLDS).map(([name, row]) => [name, row.default]);
  return { ...(Object.fromEntries(defaults) as Thresholds), ...changes };
}
