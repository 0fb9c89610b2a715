import type { Family, Sample } from "./family.ts";

export interface Merged {
  readonly families: readonly Family[];
  /** Series left out, by the reason. */
  readonly dropped: { readonly series: number; readonly conflict: number };
}

/**
 * One page of many: each family once, with its help and type once, and the samples of all under it. A family that
 * does not fit into the room its own page or the whole has left is left out whole, because half a histogram lies; and so is one
 * whose name is `reserved`, or has another type on an older page.
 */
export function merge(
  pages: readonly (readonly Family[])[],
  { maxSeries, maxSeriesOfOne }: { readonly maxSeries: number; readonly maxSeriesOfOne: number },
  reserved: ReadonlySet<string> = new Set(),
): Merged {
  const families = new Map<string, Family & { readonly samples: Sample[] }>();
  const dropped = { series: 0, conflict: 0 };
  let room = maxSeries;
  for (const page of pages) {
    let roomOfOne = maxSeriesOfOne;
    for (const family of page) {
      const count = family.samples.length;
      const known = families.get(family.name);
      if (reserved.has(family.name) || (known !== undefined && known.type !== family.type)) dropped.conflict += count;
      else if (count > Math.min(room, roomOfOne)) dropped.series += count;
      else {
        room -= count;
        roomOfOne -= count;
        const target = known ?? { ...family, samples: [] };
        families.set(family.name, target);
        for (const sample of family.samples) target.samples.push(sample);
      }
    }
  }
  return { families: [...families.values()], dropped };
}
