/** A figure with the interval that holds its true value in 95 of 100 cases. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2000;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Median of the ratios of neighbours in time, with a bootstrap interval. Pairing takes the machine's moods out. */
export function pairedRatio(values: readonly number[], base: readonly number[]): Estimate {
  return estimate(values.map((value, round) => value / (base[round] ?? Number.NaN)));
}

/** The same of their differences. */
export function pairedDifference(values: readonly number[], base: readonly number[]): Estimate {
  return estimate(values.map((value, round) => value - (base[round] ?? Number.NaN)));
}

function estimate(values: readonly number[]): Estimate {
  const medians = Array.from({ length: RESAMPLES }, () => median(resample(values))).sort((a, b) => a - b);
  return {
    median: median(values),
    low: medians[Math.floor(RESAMPLES * 0.025)] ?? Number.NaN,
    high: medians[Math.floor(RESAMPLES * 0.975)] ?? Number.NaN,
  };
}

function resample(values: readonly number[]): number[] {
  return values.map(() => values[Math.floor(Math.random() * values.length)] ?? Number.NaN);
}
