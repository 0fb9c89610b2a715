import { microUnits } from "../money/apportion.ts";
import { MONTH_HOURS } from "../prices/units.ts";

const MONTH_US = Number(MONTH_HOURS) * 3_600_000_000;
const MONTH_MS = MONTH_US / 1_000;
export const MONTH_DAYS: number = Number(MONTH_HOURS) / 24;

/**
 * What changes in a month when another amount is reserved: what is paid is the larger of reserved and used, minute by minute, so that a smaller
 * reserve saves nothing while more than it is used.
 *
 * @returns the mean of what need not be paid any more
 */
export function meanSaved(used: readonly number[], reserved: number, advised: number): number {
  const saved = used.reduce((sum, one) => sum + Math.max(reserved, one) - Math.max(advised, one), 0);
  return used.length === 0 ? 0 : saved / used.length;
}

/** @param rate in grains per core-microsecond */
export function coresSaved(cores: number, rate: bigint | undefined): { savingMicroUnitsPerMonth?: number } {
  return saved(cores * MONTH_US, rate);
}

/** @param rate in grains per byte-millisecond */
export function bytesSaved(bytes: number, rate: bigint | undefined): { savingMicroUnitsPerMonth?: number } {
  return saved(bytes * MONTH_MS, rate);
}

function saved(amount: number, rate: bigint | undefined): { savingMicroUnitsPerMonth?: number } {
  if (rate === undefined) return {};
  const grains = BigInt(Math.round(Math.abs(amount))) * rate;
  return { savingMicroUnitsPerMonth: Math.sign(amount) * microUnits(grains) || 0 };
}
