/** Sums of numbers by their names. */
export function merged<K extends string>(
  parts: readonly Readonly<Partial<Record<K, number>>>[],
): Partial<Record<K, number>> {
  const sums: Partial<Record<K, number>> = {};
  for (const part of parts) {
    for (const [name, value] of Object.entries(part) as [K, number][]) sums[name] = (sums[name] ?? 0) + value;
  }
  return sums;
}
