import type { ServerResponse } from "node:http";
import type { Reply } from "@mcp-ops/tap";
import { type RawHeaders, responseHeaders } from "./headers.ts";

/** Status and headers of an upstream's response. */
export interface ResponseHead {
  readonly status: number;
  readonly message: string;
  readonly headers: RawHeaders;
  readonly isEventStream: boolean;
}

/** The client's side of one request. */
export class ClientReply implements Reply {
  isStarted = false;
  /** What `start` passes on. */
  head: ResponseHead | undefined;
  readonly #response: ServerResponse;
  #hasWritten = false;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.sendDate = false; // The upstream has sent one, or chose not to.
  }

  /** Whether the client is too slow for what has been written: no more should come until `drain`. */
  get isFull(): boolean {
    return this.#response.writableNeedDrain;
  }

  answer(httpStatus: number, json: string, retryAfter?: string): void {
    if (this.isStarted) return;
    this.isStarted = true;
    const type = json === "" ? [] : ["Content-Type", "application/json"];
    const wait = retryAfter === undefined ? [] : ["Retry-After", retryAfter];
    const headers = [...type, "Content-Length", String(Buffer.byteLength(json)), ...wait];
    this.#response.writeHead(httpStatus, headers).end(json);
  }

  start(bytes?: number): void {
    if (this.isStarted || this.head === undefined) return;
    this.isStarted = true;
    const { status, message, headers, isEventStream } = this.head;
    const length = isEventStream && bytes === undefined ? null : bytes;
    this.#response.writeHead(status, message, responseHeaders(headers, length));
    if (!isEventStream) return; // Its body is on its way.
    // What comes in the same packet goes out in the same packet; without anything, the headers alone tell that the stream is open.
    process.nextTick(() => {
      if (!this.#hasWritten && !this.#response.writableEnded) this.#response.flushHeaders();
    });
  }

  write(bytes: Uint8Array | string): void {
    if (this.#response.writableEnded) return;
    this.#hasWritten = true;
    this.#response.write(bytes);
  }

  end(): void {
    this.#hasWritten = true;
    this.#response.end();
  }

  break(): void {
    this.#response.destroy();
  }
}
