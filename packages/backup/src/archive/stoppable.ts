import type { OpenFile } from "./open.ts";

/** The same items until the signal says stop; then its reason is thrown. */
export async function* until<Item>(signal: AbortSignal | undefined, items: AsyncIterable<Item>): AsyncGenerator<Item> {
  for await (const item of items) {
    signal?.throwIfAborted();
    yield item;
  }
}

/** Whatever is read of a backup passes here; small files come many at a time. */
export function stoppable(open: OpenFile, signal: AbortSignal | undefined): OpenFile {
  return async (file) => until(signal, await open(file));
}
