import { join } from "node:path";
import type { AuditRecord } from "@mcp-ops/formats";
import { type ChainFile, chainFiles } from "../chain-files.ts";
import { open } from "../line.ts";
import { linesOf } from "../verify/lines.ts";

/** A record, and the very line it stands in. */
export interface AuditLine {
  readonly chain: string;
  readonly record: AuditRecord;
  readonly line: string;
}

/** Reads one chain onwards, over the seams of its files, while it is written, rotated and compressed. */
export class ChainReader {
  readonly #folder: string;
  readonly #chain: string;
  #sequence: number;
  /** How far a file has been read, so that a large one is not read anew for each record. */
  #file = "";
  #bytes = 0;

  /** Begins behind the record `sequence`. */
  constructor(folder: string, chain: string, sequence: number) {
    this.#folder = folder;
    this.#chain = chain;
    this.#sequence = sequence;
  }

  /** The whole records that have come since. */
  async *more(): AsyncGenerator<AuditLine> {
    const files = chainFiles(this.#folder, this.#chain);
    const next = files.findLastIndex(({ sequence }) => sequence <= this.#sequence + 1);
    for (const file of files.slice(Math.max(0, next))) yield* this.#moreOf(file);
  }

  async *#moreOf({ file }: ChainFile): AsyncGenerator<AuditLine> {
    if (file !== this.#file) this.#bytes = 0;
    this.#file = file;
    for await (const { bytes, isTorn } of linesOf(join(this.#folder, file), this.#bytes)) {
      if (isTorn) return; // It is being written, or its file is being compressed: it comes whole the next time.
      if (!isPacked(file)) this.#bytes += bytes.length + 1;
      const record = open(bytes)?.record as unknown as AuditRecord | undefined;
      if (record === undefined || !(record.sequence > this.#sequence)) continue;
      this.#sequence = record.sequence;
      yield { chain: this.#chain, record, line: bytes.toString() };
    }
  }
}

/** Its bytes are not those of its lines; a packed file is complete, and read once. */
function isPacked(file: string): boolean {
  return !file.endsWith(".jsonl");
}
