import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { AUDIT_GENESIS, type AuditFileName, type PreviousEnd, parseAuditFileName } from "@mcp-ops/formats";
import { open } from "./line.ts";

export interface ChainFile extends AuditFileName {
  readonly file: string;
}

/** The files of one chain, or of all chains of a folder, in the order of their records. */
export function chainFiles(folder: string, chain?: string): ChainFile[] {
  const found: ChainFile[] = [];
  for (const file of readdirSync(folder).sort()) {
    const name = parseAuditFileName(file);
    if (name === undefined || (chain !== undefined && name.chain !== chain)) continue;
    // A crash while compressing leaves both; the original sorts first.
    if (found.at(-1) === undefined || !isSameFile(found.at(-1) as ChainFile, name)) found.push({ ...name, file });
  }
  return found;
}

function isSameFile(a: AuditFileName, b: AuditFileName): boolean {
  return a.chain === b.chain && a.sequence === b.sequence && a.boot === b.boot;
}

/** The last record of a file, and what stands behind it. */
export interface FileEnd {
  readonly record: Readonly<Record<string, unknown>> | undefined;
  readonly hash: string;
  readonly tornBytes: number;
}

/** How the chain ends, read from its newest files. */
export function endOfChain(folder: string, chain: string): PreviousEnd {
  let tornBytes = 0;
  for (const { file } of chainFiles(folder, chain).reverse()) {
    const end = endOfFile(join(folder, file));
    tornBytes += end.tornBytes;
    if (end.record === undefined) continue;
    return {
      boot: String(end.record.boot),
      sequence: Number(end.record.sequence),
      hash: end.hash,
      end: end.record.event === "audit.stop" && tornBytes === 0 ? "clean" : "unclean",
      tornBytes,
    };
  }
  return { boot: "", sequence: 0, hash: AUDIT_GENESIS, end: tornBytes === 0 ? "none" : "unclean", tornBytes };
}

/** Longer than any record: everything in a record is bounded. */
const TAIL_BYTES = 1 << 20;

export function endOfFile(path: string): FileEnd {
  const tail = tailOf(path);
  let end = tail.length;
  while (end > 0) {
    const newline = tail.lastIndexOf(10, end - 1);
    if (newline < 0) break;
    const start = tail.lastIndexOf(10, newline - 1) + 1;
    const opened = newline === 0 ? undefined : open(tail.subarray(start, newline));
    if (opened !== undefined && opened.actual === opened.stated && Number.isSafeInteger(opened.record.sequence)) {
      return { record: opened.record, hash: opened.stated, tornBytes: tail.length - newline - 1 };
    }
    end = newline;
  }
  return { record: undefined, hash: AUDIT_GENESIS, tornBytes: tail.length };
}

function tailOf(path: string): Buffer {
  if (path.endsWith(".gz")) return gunzipSync(readFileSync(path));
  if (path.endsWith(".zst")) return zstdDecompressSync(readFileSync(path));
  const fd = openSync(path, "r");
  try {
    const { size } = fstatSync(fd);
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const read = readSync(fd, tail, 0, tail.length, size - tail.length);
    return tail.subarray(0, read);
  } finally {
    closeSync(fd);
  }
}
