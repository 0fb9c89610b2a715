/** Cumulated counts of a histogram by upper bound, as the exposition has them. */
export type Buckets = ReadonlyMap<number, number>;

/**
 * The quantile as PromQL's `histogram_quantile` estimates it: linear inside the bucket it falls into, from zero in the lowest
 * one, and the last finite bound for all that lies beyond it. Undefined without observations.
 */
export function quantile(q: number, buckets: Buckets): number | undefined {
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  const total = sorted.at(-1)?.[1] ?? 0;
  if (total === 0) return undefined;
  const rank = q * total;
  const index = sorted.findIndex(([, count]) => count >= rank);
  const [start, before] = sorted[index - 1] ?? [0, 0];
  const [end, count] = sorted[index] ?? [start, before];
  if (end === Number.POSITIVE_INFINITY) return start;
  return start + (end - start) * ((rank - before) / (count - before));
}

/** The sum of histograms, as `sum by (le)` makes it. */
export function addBuckets(all: readonly Buckets[]): Buckets {
  const sum = new Map<number, number>();
  for (const buckets of all) for (const [bound, count] of buckets) sum.set(bound, (sum.get(bound) ?? 0) + count);
  return sum;
}
