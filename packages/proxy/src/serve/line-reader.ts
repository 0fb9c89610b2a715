const NEWLINE = 10;

/** Cuts bytes into lines of text. A line beyond the limit is skipped as it streams by. */
export class LineReader {
  readonly #maxBytes: number;
  readonly #onLine: (line: string) => void;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  onOverflow: () => void = () => {};

  constructor(maxBytes: number, onLine: (line: string) => void) {
    this.#maxBytes = maxBytes;
    this.#onLine = onLine;
  }

  push(chunk: Uint8Array): void {
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
    if (this.#bytes <= this.#maxBytes) this.#parts.push(part);
    else this.#parts = [];
  }

  #finish(): void {
    const [parts, fits] = [this.#parts, this.#bytes <= this.#maxBytes];
    this.#parts = [];
    this.#bytes = 0;
    if (fits) this.#onLine(Buffer.concat(parts).toString("utf8"));
    else this.onOverflow();
  }
}
