import { createHash } from "node:crypto";

/** What went by. */
export interface Measured {
  readonly bytes: number;
  readonly sha256: string;
}

/** Counts and hashes bytes on their way. */
export class Measure {
  readonly #hash = createHash("sha256");
  #bytes = 0;

  async *through(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      this.add(chunk);
      yield chunk;
    }
  }

  add(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Once, at the end. */
  end(): Measured {
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }
}
