import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chainFiles } from "./chain-files.ts";
import { open } from "./line.ts";

/** The last batch that threads now dead have confirmed. */
export interface Confirmed {
  readonly chain: string;
  readonly boot: string;
  readonly sequence: number;
  /** Boots of the threads since, which died as well; no other log has them. */
  readonly laterBoots: readonly string[];
}

/** What dead threads wrote of the batch under way and could not tell any more. */
export interface Untold {
  readonly entries: number;
  /** Whether the note about drops, which ends a batch, was among it. */
  readonly saidDrops: boolean;
}

/**
 * Reads back what came after the last confirmed record. Entries are written in their order, one batch at a time: how many there are
 * is which.
 */
export function untoldOf(folder: string, confirmed: Confirmed): Untold {
  let entries = 0;
  let saidDrops = false;
  for (const record of recordsSince(folder, confirmed)) {
    if (!String(record.event).startsWith("audit.")) entries++;
    if (record.event === "audit.dropped") saidDrops = true;
  }
  return { entries, saidDrops };
}

function* recordsSince(folder: string, { chain, boot, sequence, laterBoots }: Confirmed) {
  const since = (file: { chain: string; boot: string }) => (file.chain === chain ? sequence : 0);
  const all = chainFiles(folder).filter((file) => file.compression === "");
  const ours = all.filter((file) => laterBoots.includes(file.boot) || (file.chain === chain && file.boot === boot));
  const firstOfChain = ours.findLastIndex((file) => file.chain === chain && file.sequence <= sequence);
  for (const [i, file] of ours.entries()) {
    if (file.chain === chain && i < firstOfChain) continue;
    for (const record of wholeRecords(readFileSync(join(folder, file.file)))) {
      if (Number(record.sequence) > since(file)) yield record;
    }
  }
}

/** Half a line was not written. */
function* wholeRecords(bytes: Buffer): Generator<Readonly<Record<string, unknown>>> {
  for (let start = 0, end = bytes.indexOf(10); end >= 0; start = end + 1, end = bytes.indexOf(10, start)) {
    const opened = open(bytes.subarray(start, end));
    if (opened !== undefined && opened.actual === opened.stated) yield opened.record;
  }
}
