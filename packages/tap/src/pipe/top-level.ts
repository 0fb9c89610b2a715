import type { RequestId } from "@mcp-ops/exchange";

/** What has to be known of a message that is too long to be read. */
export interface TopLevel {
  readonly id: RequestId | undefined;
  /** A request or notification; else an answer, or no JSON-RPC at all. */
  readonly isQuestion: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPENING: ReadonlySet<number> = new Set([0x7b, 0x5b]);
const CLOSING: ReadonlySet<number> = new Set([0x7d, 0x5d]);
/** Longer keys are none of ours, longer ids nobody's. */
const MAX_KEPT_BYTES = 256;

/** Finds the members `id` and `method` of a JSON object that streams by, and keeps nothing else of it. */
export class TopLevelScanner {
  #depth = 0;
  #inString = false;
  #escaped = false;
  #inValue = false;
  #key = "";
  #kept: number[] = [];
  #id: RequestId | undefined;
  #isQuestion = false;

  get found(): TopLevel {
    return { id: this.#id, isQuestion: this.#isQuestion };
  }

  push(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.#inString) this.#insideString(byte);
      else this.#outsideString(byte);
    }
  }

  #insideString(byte: number): void {
    this.#keep(byte);
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inString = false;
  }

  #outsideString(byte: number): void {
    if (CLOSING.has(byte)) this.#depth--;
    const ended = byte === COMMA ? this.#depth === 1 : CLOSING.has(byte) && this.#depth === 0;
    if (ended) this.#memberEnds();
    else if (byte === COLON && this.#depth === 1 && !this.#inValue) this.#valueBegins();
    else this.#keep(byte);
    if (byte === QUOTE) this.#inString = true;
    if (OPENING.has(byte) && this.#depth++ === 0) this.#kept = [];
  }

  #keep(byte: number): void {
    if (this.#depth <= 1 && this.#kept.length < MAX_KEPT_BYTES) this.#kept.push(byte);
  }

  #valueBegins(): void {
    this.#key = String(parsed(this.#kept));
    this.#isQuestion ||= this.#key === "method";
    this.#inValue = true;
    this.#kept = [];
  }

  #memberEnds(): void {
    const value = this.#inValue && this.#key === "id" ? parsed(this.#kept) : undefined;
    if (typeof value === "string" || typeof value === "number") this.#id = value;
    this.#inValue = false;
    this.#kept = [];
  }
}

function parsed(bytes: readonly number[]): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}
