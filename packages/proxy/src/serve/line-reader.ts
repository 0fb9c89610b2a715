const NEWLINE = 10;

/** Cuts bytes into lines of text. Nothing is read behind a line that grows beyond the limit. */
export class LineReader {
  readonly #maxBytes: number;
  readonly #onLine: (line: string) => void;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #hasOverflowed = false;
  onOverflow: () => void = () => {};

  constructor(maxBytes: number, onLine: (line: string) => void) {
    this.#maxBytes = maxBytes;
    this.#onLine = onLine;
  }

  push(chunk: Uint8Array): void {
    if (this.#hasOverflowed) return;
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      this.#finish();
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  #keep(part: Uint8Array): void {
    this.#bytes += part.byteLength;
    this.#parts.push(part);
    if (this.#bytes <= this.#maxBytes) return;
    this.#hasOverflowed = true;
    this.#parts = [];
    this.onOverflow();
  }

  #finish(): void {
    const parts = this.#parts;
    this.#parts = [];
    this.#bytes = 0;
    if (!this.#hasOverflowed) this.#onLine(Buffer.concat(parts).toString("utf8"));
  }
}
