import { GRAINS_PER_MICRO } from "../prices/units.ts";

/** Whole micro-units, the nearest; half a unit is one. */
export function microUnits(grains: bigint): number {
  return Number((2n * grains + GRAINS_PER_MICRO) / (2n * GRAINS_PER_MICRO));
}

/** Whole micro-units that are not too few. */
export function microUnitsAtMost(grains: bigint): number {
  return Number((grains + GRAINS_PER_MICRO - 1n) / GRAINS_PER_MICRO);
}

/**
 * Parts in whole micro-units that add up to a whole: each is what it is worth, cut to a micro-unit, and those that lost most by the cut get what is
 * left, the first of equals first (largest remainder). So none is off by a micro-unit or more, and a part that is worth nothing stays nothing.
 *
 * @param whole what the parts are worth together, rounded down or up
 * @param parts in grains, none below 0
 */
export function apportion(whole: number, parts: readonly bigint[]): readonly number[] {
  const cut = parts.map((part) => Number(part / GRAINS_PER_MICRO));
  const left = whole - cut.reduce((sum, part) => sum + part, 0);
  const byRemainder = parts
    .map((part, at) => ({ at, lost: part % GRAINS_PER_MICRO }))
    .sort((a, b) => (a.lost === b.lost ? a.at - b.at : a.lost < b.lost ? 1 : -1));
  for (const { at } of byRemainder.slice(0, left)) cut[at]! += 1;
  return cut;
}
