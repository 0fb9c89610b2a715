import { constants, type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Ledger } from "../ledger/ledger.ts";
import { lineEnd, linesOf } from "./lines.ts";

/** Longer than any line of ours: 200 tools with long names take a tenth of it. */
const PIECE_BYTES: number = 512 * 1024;
/** Booked at once: some twenty milliseconds. */
const LINES_AT_ONCE = 500;

/** How reading a file has gone. */
export interface FileReading {
  readonly bytes: number;
  /** There is more, beyond what was allowed for now. */
  readonly isBehind: boolean;
  /** Bytes after the last newline, which wait for their end. */
  readonly torn: number;
}

/** Reads on in one journal, at most so many bytes, and books what it reads. Rejects when the file is none of ours, or the ledger cannot be written. */
export async function readJournalFile(
  folder: string,
  name: string,
  ledger: Ledger,
  maxBytes: number,
): Promise<FileReading> {
  // Not through a link, and not waiting for whoever might write into a pipe.
  const handle = await open(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    await refuseStrangers(handle, name);
    return await readOn(handle, name, ledger, maxBytes);
  } finally {
    await handle.close();
  }
}

async function refuseStrangers(handle: FileHandle, name: string): Promise<void> {
  const found = await handle.stat();
  if (!found.isFile()) throw new TypeError(`${name} is no file`);
  if (found.uid !== process.getuid?.()) throw new TypeError(`${name} belongs to another user`);
}

async function readOn(handle: FileHandle, name: string, ledger: Ledger, maxBytes: number): Promise<FileReading> {
  const buffer = Buffer.alloc(PIECE_BYTES);
  let bytes = 0;
  while (bytes < maxBytes) {
    const { offset } = ledger.journalPlace(name);
    const { bytesRead } = await handle.read(buffer, 0, PIECE_BYTES, offset);
    const taken = await bookPiece(buffer.subarray(0, bytesRead), name, ledger);
    bytes += taken;
    if (taken === 0) return { bytes, isBehind: false, torn: bytesRead };
  }
  return { bytes, isBehind: true, torn: 0 };
}

/** How many bytes of a piece were booked; those of a line that has no end yet are not. */
async function bookPiece(piece: Buffer, name: string, ledger: Ledger): Promise<number> {
  const { offset, isSkipping } = ledger.journalPlace(name);
  if (isSkipping || (piece.length === PIECE_BYTES && lineEnd(piece) < 0)) {
    const end = lineEnd(piece);
    const skipped = end < 0 ? piece.length : end;
    if (skipped > 0) {
      ledger.bookJournal({ name, offset: offset + skipped, isSkipping: end < 0, garbage: isSkipping ? 0 : 1 }, []);
    }
    return skipped;
  }
  let taken = 0;
  for (;;) {
    const { lines, garbage, bytes } = linesOf(piece.subarray(taken), LINES_AT_ONCE);
    if (bytes === 0) return taken;
    taken += bytes;
    ledger.bookJournal({ name, offset: offset + taken, isSkipping: false, garbage }, lines);
    await setImmediate();
  }
}
