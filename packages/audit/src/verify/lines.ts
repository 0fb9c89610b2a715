import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { unpacked } from "../pack-file.ts";

export interface Line {
  readonly number: number;
  readonly bytes: Buffer;
  /** Without a newline at its end: it was being written, or was cut. */
  readonly isTorn: boolean;
}

/** No record is longer. More than this without a newline is not ours, and is not read into memory. */
const MAX_LINE_BYTES = 1 << 20;

/**
 * The lines of an audit file, compressed or not, from a byte on. What cannot be decompressed ends the file with a torn line; a file that cannot
 * be read at all is the reader's trouble, says nothing about the log, and is thrown.
 */
export async function* linesOf(path: string, from = 0): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0);
  let number = 0;
  try {
    for await (const chunk of bytesOf(path, from) as AsyncIterable<Buffer>) {
      let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let newline = bytes.indexOf(10); newline >= 0; newline = bytes.indexOf(10)) {
        yield { number: ++number, bytes: bytes.subarray(0, newline), isTorn: false };
        bytes = bytes.subarray(newline + 1);
      }
      if (bytes.length > MAX_LINE_BYTES) return yield { number: ++number, bytes: bytes.subarray(0, 80), isTorn: true };
      rest = bytes;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    return yield { number: ++number, bytes: Buffer.from(String((error as Error).message)), isTorn: true };
  }
  if (rest.length > 0) yield { number: ++number, bytes: rest, isTorn: true };
}

function bytesOf(path: string, start: number): Readable {
  if (path.endsWith(".gz")) return unpacked(path, "gzip");
  return path.endsWith(".zst") ? unpacked(path, "zstd") : createReadStream(path, { start });
}
