import type { Copies } from "./copies.ts";
import { type AuditOptions, DEFAULT_FLUSH_MS, DEFAULT_SLOW_MS } from "./options.ts";
import type { RecordQueue } from "./queue.ts";

/** A log that has dropped a record, or was slow, is degraded for so long: about as long as anybody takes to look. */
const TROUBLE_COUNTS_MS = 60_000;

/** Whether records are being lost or delayed, now or a moment ago. */
export class Trouble {
  readonly #queue: RecordQueue | undefined;
  readonly #copies: Copies | undefined;
  readonly #slowMs: number;
  #slowAt = 0;

  constructor(queue: RecordQueue | undefined, copies: Copies | undefined, options: AuditOptions) {
    const { flushMs = DEFAULT_FLUSH_MS, slowMs = DEFAULT_SLOW_MS } = options;
    this.#queue = queue;
    this.#copies = copies;
    this.#slowMs = flushMs + slowMs;
  }

  /** Called when the writer has written, before the queue lets go of what was. */
  noteWritten(): void {
    // Time in which it could not be written at all has been told of.
    if (this.#queue?.failure === undefined && this.#waitsTooLong()) this.#slowAt = Date.now();
  }

  /** In a few words; undefined while all is well. */
  describe(): string | undefined {
    const queue = this.#queue;
    if (queue?.failure !== undefined) return `cannot write: ${queue.failure}`;
    const now = Date.now();
    const droppedAt = Math.max(queue?.lastDroppedAt ?? 0, this.#copies?.lastDroppedAt ?? 0);
    if (now - droppedAt < TROUBLE_COUNTS_MS) return "records dropped: the log cannot keep up";
    const isSlow = this.#waitsTooLong() || now - this.#slowAt < TROUBLE_COUNTS_MS;
    return isSlow ? `slow: records wait longer than ${this.#slowMs} ms to be written` : undefined;
  }

  #waitsTooLong(): boolean {
    return (this.#queue?.oldestMs(Date.now()) ?? 0) >= this.#slowMs;
  }
}
