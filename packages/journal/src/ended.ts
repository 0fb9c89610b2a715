import type { Exchange, Outcome } from "@mcp-ops/exchange";

/** An exchange that has ended and is not counted yet. */
export interface Ended {
  readonly exchange: Exchange;
  readonly outcome: Outcome;
  /** CPU time in microseconds, where it was measured. */
  readonly cpuUs: number | undefined;
  /** Minutes since 1970 in which it ended. */
  readonly minute: number;
}

/** What waits: no more than some thousand calls a moment of work, and no more requests and results than memory has room for. */
export const MAX_WAITING = 10_000;
export const MAX_WAITING_BYTES: number = 64 * 1024 * 1024;

/** Exchanges that wait to be counted, bounded by number and by the bytes of their messages. */
export class EndedQueue {
  #waiting: Ended[] = [];
  #next = 0;
  #bytes = 0;

  get size(): number {
    return this.#waiting.length - this.#next;
  }

  /** False where there is no room. */
  add(ended: Ended): boolean {
    const bytes = bytesOf(ended);
    // One is always taken, however large: it is there anyway.
    if (this.size >= MAX_WAITING || (this.size > 0 && this.#bytes + bytes > MAX_WAITING_BYTES)) return false;
    this.#waiting.push(ended);
    this.#bytes += bytes;
    return true;
  }

  take(): Ended | undefined {
    const ended = this.#waiting[this.#next];
    if (ended === undefined) {
      this.#waiting = [];
      this.#next = 0;
      this.#bytes = 0;
      return undefined;
    }
    (this.#waiting as (Ended | undefined)[])[this.#next++] = undefined;
    this.#bytes -= bytesOf(ended);
    return ended;
  }
}

/** What waits is kept with the request it answers. */
function bytesOf({ exchange, outcome }: Ended): number {
  return exchange.requestBytes + outcome.responseBytes;
}
