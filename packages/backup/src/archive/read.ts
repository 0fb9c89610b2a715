import { applyRecords, BLOCK, damaged, decodeHeader, type Header, padding } from "./header.ts";
import { Input, isZero } from "./input.ts";

/** An entry while it is being read; `content` is what has not been read when the next one is asked for is skipped. */
export interface ReadEntry extends Header {
  readonly content: AsyncIterable<Uint8Array>;
}

/** More than any path of a system we know. */
const MAX_RECORDS_BYTES = 65_536;

/**
 * The entries of a tar archive that we wrote; another program's may be refused.
 * @throws BACKUP_ARCHIVE_DAMAGED, BACKUP_ARCHIVE_HOSTILE
 */
export async function* readArchive(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ReadEntry> {
  const input = new Input(bytes);
  try {
    for (let header = await nextHeader(input); header !== undefined; header = await nextHeader(input)) {
      const content = input.content(header.size);
      yield { ...header, content };
      for await (const _ of content);
      await input.take(padding(header.size));
    }
    await input.expectZerosOnly();
  } finally {
    await input.close();
  }
}

async function nextHeader(input: Input): Promise<Header | undefined> {
  const block = await input.take(BLOCK);
  if (isZero(block)) return undefined;
  const decoded = decodeHeader(block);
  if (decoded.type !== "extended") return withoutContent(decoded);
  if (decoded.size > MAX_RECORDS_BYTES) throw damaged("an extended header is too large");
  const records = await input.take(decoded.size);
  await input.take(padding(decoded.size));
  const header = decodeHeader(await input.take(BLOCK));
  if (header.type === "extended") throw damaged("an extended header describes another");
  return withoutContent(applyRecords(header, records));
}

function withoutContent(header: Header): Header {
  if (header.type !== "file" && header.size !== 0) throw damaged("a folder or link has content");
  return header.type === "folder" ? { ...header, path: header.path.replace(/\/$/, "") } : header;
}
