import type { OpenFile } from "./open.ts";

/** The same bytes until the signal says stop; then its reason is thrown. */
export async function* until(
  signal: AbortSignal | undefined,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    signal?.throwIfAborted();
    yield chunk;
  }
}

/** Whatever is read of a backup passes here, so that this one place stops every kind of reading. */
export function stoppable(open: OpenFile, signal: AbortSignal | undefined): OpenFile {
  return async (file) => until(signal, await open(file));
}
