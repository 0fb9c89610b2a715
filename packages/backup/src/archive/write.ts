import { BLOCK, encodeHeader, type Header, padding } from "./header.ts";

/** What goes into an archive: exactly `size` bytes follow the header. */
export interface Entry extends Header {
  readonly content: Uint8Array | AsyncIterable<Uint8Array>;
}

/** Handed on in pieces of about this size: thousands of small writes cost more than the compression. */
const PIECE_BYTES = 1 << 20;

const ZEROS = new Uint8Array(2 * BLOCK);

/** The bytes of a tar archive. */
export async function* writeArchive(entries: AsyncIterable<Entry>): AsyncGenerator<Uint8Array> {
  yield* inPieces(archiveBytes(entries));
}

async function* archiveBytes(entries: AsyncIterable<Entry>): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) {
    yield encodeHeader(entry);
    if (entry.content instanceof Uint8Array) yield entry.content;
    else yield* entry.content;
    yield ZEROS.subarray(0, padding(entry.size));
  }
  yield ZEROS;
}

async function* inPieces(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    held.push(chunk);
    size += chunk.length;
    if (size < PIECE_BYTES) continue;
    yield held.length === 1 ? chunk : Buffer.concat(held, size);
    held = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(held, size);
}
