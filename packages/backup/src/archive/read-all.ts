import { damaged } from "./header.ts";

/** @throws BACKUP_ARCHIVE_DAMAGED when there is more of it. */
export async function* notLonger(bytes: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > most) throw damaged(`it has more than ${most} bytes`);
    yield chunk;
  }
}

/** All of it at once. */
export async function readAll(bytes: AsyncIterable<Uint8Array>, most: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of notLonger(bytes, most)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
