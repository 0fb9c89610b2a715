import { applyRecords, BLOCK, damaged, decodeHeader, type Header, padding } from "./header.ts";

/** Zeros after the last entry; zeros without end are a bomb. */
const MAX_ENDING_BYTES = 65_536;

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

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** Bytes that arrive in pieces, taken by length. */
class Input {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#source = bytes[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for await (const part of this.content(length)) parts.push(part);
    return Buffer.concat(parts, length);
  }

  /** Can be iterated again, from where the last reader stopped. */
  content(length: number): AsyncIterable<Uint8Array> {
    let left = length;
    const next = async (): Promise<IteratorResult<Uint8Array>> => {
      if (left === 0) return { done: true, value: undefined };
      const part = await this.#some(left);
      if (part === undefined) throw damaged("it ends too early");
      left -= part.length;
      return { done: false, value: part };
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  async expectZerosOnly(): Promise<void> {
    let left = MAX_ENDING_BYTES;
    for (let part = await this.#some(left); part !== undefined; part = await this.#some(left)) {
      left -= part.length;
      if (left <= 0 || !isZero(part)) throw damaged("something follows its end");
    }
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #some(most: number): Promise<Uint8Array | undefined> {
    while (this.#chunk.length === 0) {
      const next = await this.#source.next();
      if (next.done === true) return undefined;
      this.#chunk = next.value;
    }
    const part = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(part.length);
    return part;
  }
}
