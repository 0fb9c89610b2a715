/** Pairs of a bucket and how many ended in it, ascending. */
export type Latencies = readonly (readonly [bucketUs: number, count: number])[];

/** Two significant digits from a microsecond to a day. */
const MAX_BUCKETS = 1_000;

/** Both together. Beyond a thousand buckets, of which no process of ours has half, the longest are put together. */
export function addLatencies(a: Latencies, b: Latencies): Latencies {
  const counts = new Map(a);
  for (const [bucket, count] of b)
    counts.set(bucket, Math.min(Number.MAX_SAFE_INTEGER, (counts.get(bucket) ?? 0) + count));
  const sorted = [...counts].toSorted(([one], [other]) => one - other);
  if (sorted.length <= MAX_BUCKETS) return sorted;
  const rest = sorted.slice(MAX_BUCKETS - 1);
  const [longest] = rest.at(-1) as readonly [number, number];
  return [...sorted.slice(0, MAX_BUCKETS - 1), [longest, rest.reduce((sum, [, count]) => sum + count, 0)]];
}
