import { damaged } from "./header.ts";

/** Zeros after the last entry; zeros without end are a bomb. */
const MAX_ENDING_BYTES = 65_536;

/** Bytes that arrive in pieces, taken by length. */
export class Input {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#source = bytes[Symbol.asyncIterator]();
  }

  /** Whether there is nothing more. */
  async isAtEnd(): Promise<boolean> {
    return !(await this.#fill());
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
    if (!(await this.#fill())) return undefined;
    const part = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(part.length);
    return part;
  }

  async #fill(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      const next = await this.#source.next();
      if (next.done === true) return false;
      this.#chunk = next.value;
    }
    return true;
  }
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
