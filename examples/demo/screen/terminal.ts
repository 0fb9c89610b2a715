import type { WriteStream } from "node:tty";
import { styleText } from "node:util";
import type { Paint, Size } from "./words.ts";

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const CLEAR_LINE_END = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";
const CLEAR_ALL = "\x1b[2J\x1b[H";

/** A terminal in which each picture takes the place of the one before. */
export class Terminal implements Disposable {
  readonly #stream: WriteStream;
  readonly #onResize = () => this.#clear();
  #height = 0;

  constructor(stream: WriteStream) {
    this.#stream = stream;
    stream.write(HIDE_CURSOR);
    stream.on("resize", this.#onResize);
  }

  get size(): Size {
    // Some pseudo-terminals do not know.
    return { columns: this.#stream.columns || 80, rows: this.#stream.rows || 24 };
  }

  show(lines: readonly string[]): void {
    const up = this.#height === 0 ? "" : `\x1b[${this.#height}A\r`;
    this.#stream.write(`${up}${lines.map((line) => `${line}${CLEAR_LINE_END}\n`).join("")}${CLEAR_BELOW}`);
    this.#height = lines.length;
  }

  /** A terminal that changes its width wraps lines anew: where the old picture is, nobody knows. */
  #clear(): void {
    this.#stream.write(CLEAR_ALL);
    this.#height = 0;
  }

  [Symbol.dispose](): void {
    this.#stream.off("resize", this.#onResize);
    this.#stream.write(SHOW_CURSOR);
  }
}

/** Paints for this stream: in colours where it shows them and NO_COLOR does not forbid. */
export function painter(stream: NodeJS.WriteStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}
