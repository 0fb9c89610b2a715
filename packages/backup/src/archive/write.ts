import { BLOCK, encodeHeader, type Header, padding } from "./header.ts";

/** What goes into an archive: exactly `size` bytes follow the header. */
export interface Entry extends Header {
  readonly content: Uint8Array | AsyncIterable<Uint8Array>;
}

const ZEROS = new Uint8Array(2 * BLOCK);

/** The bytes of a tar archive, in pieces as they come. */
export async function* writeArchive(entries: AsyncIterable<Entry>): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) {
    yield encodeHeader(entry);
    if (entry.content instanceof Uint8Array) yield entry.content;
    else yield* entry.content;
    yield ZEROS.subarray(0, padding(entry.size));
  }
  yield ZEROS;
}
