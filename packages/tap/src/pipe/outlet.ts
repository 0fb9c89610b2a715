/** Where one direction is written: whole lines only, in the order they were given, and neighbours in one write. */
export class Outlet {
  readonly #write: (bytes: Buffer) => void;
  #waiting: Buffer | undefined;

  constructor(write: (bytes: Buffer) => void) {
    this.#write = write;
  }

  /** Writes these bytes as they are, at the latest with the next `flush`. */
  pass(bytes: Buffer): void {
    const before = this.#waiting;
    if (before !== undefined && before.buffer === bytes.buffer && endOf(before) === bytes.byteOffset) {
      this.#waiting = Buffer.from(before.buffer, before.byteOffset, before.length + bytes.length);
      return;
    }
    this.flush();
    this.#waiting = bytes;
  }

  /** Writes a message that is not as it came, at once. */
  send(message: unknown): void {
    this.flush();
    this.#write(Buffer.from(`${JSON.stringify(message)}\n`));
  }

  flush(): void {
    const bytes = this.#waiting;
    this.#waiting = undefined;
    if (bytes !== undefined && bytes.length > 0) this.#write(bytes);
  }
}

function endOf({ byteOffset, length }: Buffer): number {
  return byteOffset + length;
}
