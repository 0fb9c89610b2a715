import { escaped, type Family, type Label, type Sample } from "./family.ts";

/** The families of one process, and how it is told apart from the others. */
export interface Source {
  readonly server: string;
  readonly slot: number;
  readonly families: readonly Family[];
}

export interface Merged {
  readonly families: readonly Family[];
  /** Series left out, by the reason. */
  readonly dropped: { readonly series: number; readonly conflict: number };
}

/**
 * One page of many: each family once, with its help and type once, and the samples of every source under it. A family that
 * does not fit into the room its source or the page has left is left out whole, because half a histogram lies; and so is one
 * whose name is `reserved`, or has another type in an older source.
 */
export function merge(
  sources: readonly Source[],
  { maxSeries, maxSeriesOfOne }: { readonly maxSeries: number; readonly maxSeriesOfOne: number },
  reserved: ReadonlySet<string> = new Set(),
): Merged {
  const families = new Map<string, Family & { readonly samples: Sample[] }>();
  const dropped = { series: 0, conflict: 0 };
  let room = maxSeries;
  for (const { server, slot, families: given } of sources) {
    let roomOfOne = maxSeriesOfOne;
    for (const family of given) {
      const count = family.samples.length;
      const known = families.get(family.name);
      if (reserved.has(family.name) || (known !== undefined && known.type !== family.type)) dropped.conflict += count;
      else if (count > Math.min(room, roomOfOne)) dropped.series += count;
      else {
        room -= count;
        roomOfOne -= count;
        const target = known ?? { ...family, samples: [] };
        families.set(family.name, target);
        for (const sample of family.samples) target.samples.push(relabelled(sample, server, slot));
      }
    }
  }
  return { families: [...families.values()], dropped };
}

/** A process that serves several servers names them itself. A label `slot` of its own makes way, as Prometheus does it. */
function relabelled(sample: Sample, server: string, slot: number): Sample {
  const own = sample.labels.map(([name, value]): Label => [name.replace(SLOT, "exported_$1slot"), value]);
  const named = own.some(([name, value]) => name === "server" && value !== "");
  const rest = named ? own : [["server", escaped(server)] as const, ...own.filter(([name]) => name !== "server")];
  return { ...sample, labels: [...rest, ["slot", String(slot)]] };
}

/** However often it has made way already. */
const SLOT = /^((?:exported_)*)slot$/;
