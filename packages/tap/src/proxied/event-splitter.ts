import { type ServerEvent, serverEvent } from "./server-event.ts";

const LF = 10;
const CR = 13;

/** Told of what the splitter finds, in the order of the stream. */
export interface EventSink {
  event(event: ServerEvent): void;
  /** Bytes of an event too long to be kept, as they come. */
  tooLong(bytes: Uint8Array): void;
}

/**
 * Cuts a stream of server-sent events into events, whatever the boundaries of its chunks (HTML: server-sent events, parsing). No
 * byte is lost or added: the events and the rest, one after the other, are the stream.
 */
export class EventSplitter {
  readonly #sink: EventSink;
  readonly #maxBytes: number;
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #isTooLong = false;
  /** Nothing stands in the current line yet. */
  #lineIsEmpty = true;
  #afterCr = false;

  /** Events longer than `maxBytes` are told of, but not kept. */
  constructor(maxBytes: number, sink: EventSink) {
    this.#maxBytes = maxBytes;
    this.#sink = sink;
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    let at = 0;
    const hasCr = chunk.includes(CR);
    while (at < chunk.length) {
      const byte = chunk[at];
      if (byte !== LF && byte !== CR) {
        this.#afterCr = false;
        this.#lineIsEmpty = false;
        at = hasCr ? at + 1 : lineEnd(chunk, at);
        continue;
      }
      at++;
      const isSecondHalf = byte === LF && this.#afterCr;
      this.#afterCr = byte === CR;
      if (isSecondHalf) {
        // Nobody waits for the rest of a line end: some clients look for it before they take the event.
        if (at - 1 === start && this.isBetweenEvents) {
          this.#complete(chunk.subarray(start, at));
          start = at;
        }
        continue;
      }
      if (this.#lineIsEmpty) {
        if (this.#afterCr && chunk[at] === LF) {
          at++;
          this.#afterCr = false;
        }
        this.#complete(chunk.subarray(start, at));
        start = at;
      }
      this.#lineIsEmpty = true;
    }
    if (start < chunk.length) this.#keep(start === 0 ? chunk : chunk.subarray(start));
  }

  /** What has come since the last event: the rest of the stream, when it has ended. */
  takeRest(): Uint8Array | undefined {
    const rest = this.#keptBytes === 0 ? undefined : Buffer.concat(this.#kept);
    this.#kept = [];
    this.#keptBytes = 0;
    return rest;
  }

  /** Whether an event could be written in between here without harming another. */
  get isBetweenEvents(): boolean {
    return this.#keptBytes === 0 && !this.#isTooLong;
  }

  #keep(bytes: Uint8Array): void {
    if (!this.#isTooLong && this.#keptBytes + bytes.length > this.#maxBytes) {
      this.#isTooLong = true;
      const rest = this.takeRest();
      if (rest !== undefined) this.#sink.tooLong(rest);
    }
    if (this.#isTooLong) return this.#sink.tooLong(bytes);
    this.#kept.push(bytes);
    this.#keptBytes += bytes.length;
  }

  #complete(last: Uint8Array): void {
    if (this.#keptBytes === 0 && !this.#isTooLong) return this.#sink.event(serverEvent(last));
    this.#keep(last);
    const raw = this.takeRest();
    this.#isTooLong = false;
    if (raw !== undefined) this.#sink.event(serverEvent(raw));
  }
}

function lineEnd(chunk: Uint8Array, from: number): number {
  const found = chunk.indexOf(LF, from);
  return found === -1 ? chunk.length : found;
}
