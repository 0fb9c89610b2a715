/**
 * The exact quantile, by a straight line between the two nearest values, as NumPy's `percentile` and Prometheus' `quantile_over_time` have it.
 *
 * @param values at least one, in any order
 * @param q from 0 to 1
 */
export function quantile(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * q;
  const below = sorted[Math.floor(at)] as number;
  const above = sorted[Math.ceil(at)] as number;
  return below + (above - below) * (at - Math.floor(at));
}
