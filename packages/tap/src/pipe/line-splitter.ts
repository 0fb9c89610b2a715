import { type TopLevel, TopLevelScanner } from "./top-level.ts";

const NEWLINE = 0x0a;
/** Pieces of one line are joined now and then: a million pieces would take more room than what they hold. */
const MAX_PIECES = 1024;

/** Who takes the lines. */
export interface LineReader {
  /** One line with its newline. The bytes are those that came, not a copy, unless the line came in pieces. */
  line(bytes: Buffer): void;
  /** A line longer than the limit has streamed by. */
  tooLong(found: TopLevel, bytes: number): void;
}

/** Cuts a stream of bytes at its newlines, wherever the chunks begin and end. */
export class LineSplitter {
  readonly #reader: LineReader;
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #length = 0;
  #scanner: TopLevelScanner | undefined;

  constructor(reader: LineReader, maxBytes: number) {
    this.#reader = reader;
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): void {
    let from = 0;
    while (from < chunk.length) {
      const newline = chunk.indexOf(NEWLINE, from);
      const to = newline === -1 ? chunk.length : newline + 1;
      this.#take(chunk.subarray(from, to), newline !== -1);
      from = to;
    }
  }

  /** What came after the last newline; nothing of a line that was too long. */
  rest(): Buffer {
    if (this.#scanner !== undefined) this.#endTooLong(this.#scanner);
    return this.#joined();
  }

  #take(piece: Buffer, isLast: boolean): void {
    this.#length += piece.length;
    if (this.#length > this.#maxBytes) this.#scan(piece);
    else this.#pieces.push(piece);
    if (isLast && this.#scanner !== undefined) this.#endTooLong(this.#scanner);
    else if (isLast) this.#reader.line(this.#joined());
    else if (this.#pieces.length > MAX_PIECES) this.#pieces = [Buffer.concat(this.#pieces)];
  }

  #scan(piece: Buffer): void {
    if (this.#scanner === undefined) {
      this.#scanner = new TopLevelScanner();
      for (const kept of this.#pieces) this.#scanner.push(kept);
      this.#pieces = [];
    }
    this.#scanner.push(piece);
  }

  #endTooLong(scanner: TopLevelScanner): void {
    const length = this.#length;
    this.#scanner = undefined;
    this.#length = 0;
    this.#reader.tooLong(scanner.found, length);
  }

  #joined(): Buffer {
    const [only = Buffer.alloc(0)] = this.#pieces;
    const joined = this.#pieces.length <= 1 ? only : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#length = 0;
    return joined;
  }
}
