/** While a disk is full, so much is kept; it is more than a minute of what one process writes. */
const MAX_BYTES = 1024 * 1024;

interface Line {
  bytes: Buffer;
  readonly exchanges: number;
}

/** Lines that wait to be written, in order. */
export class Unwritten {
  readonly #lines: Line[] = [];
  #bytes = 0;
  #isTorn = false;

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether the first line is written in part. */
  get isTorn(): boolean {
    return this.#isTorn;
  }

  /** False where there is no room. */
  add(text: string, exchanges: number): boolean {
    const bytes = Buffer.from(text);
    if (this.#bytes + bytes.length > MAX_BYTES) return false;
    this.#lines.push({ bytes, exchanges });
    this.#bytes += bytes.length;
    return true;
  }

  /** Before all others, whether there is room or not: a file begins with it. */
  addFirst(text: string): void {
    const bytes = Buffer.from(text);
    this.#lines.unshift({ bytes, exchanges: 0 });
    this.#bytes += bytes.length;
  }

  chunk(): Buffer {
    return Buffer.concat(this.#lines.map(({ bytes }) => bytes));
  }

  /** So many bytes are written. Gives how many exchanges the lines that are whole now tell of. */
  took(bytes: number): number {
    let left = bytes;
    let exchanges = 0;
    this.#bytes -= bytes;
    this.#isTorn = false;
    while (left > 0) {
      const first = this.#lines[0] as Line;
      if (left < first.bytes.length) {
        first.bytes = first.bytes.subarray(left);
        this.#isTorn = true;
        return exchanges;
      }
      left -= first.bytes.length;
      exchanges += first.exchanges;
      this.#lines.shift();
    }
    return exchanges;
  }
}
