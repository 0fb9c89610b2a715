import { randomBytes } from "node:crypto";
import type { AuditHead } from "@mcp-ops/formats";
import type { WriterOptions } from "./options.ts";
import type { WriterEnd } from "./queue.ts";
import { Writer } from "./writer.ts";
import type { FromWriter, LastWords, ToWriter } from "./writer-messages.ts";

/** A thread that dies so often without having written anything in between will not get better. */
const MAX_DEATHS = 10;
const MAX_DELAY_MS = 60_000;

/** What the log is told of its writer. */
export interface WriterEvents {
  heard(message: FromWriter): void;
  /** The thread broke, and a new one comes. */
  broke(error: Error | undefined): void;
  /** It is there; what was under way is to be told again. So many died since a batch was written. */
  restarted(deaths: number): void;
  /** No more will be written. `wasClosed`: because the log was closed; else with the error, if there was one. */
  ended(wasClosed: boolean, error: Error | undefined): void;
}

/** A writer that outlives its thread. */
export class SteadyWriter implements WriterEnd {
  readonly #options: WriterOptions;
  readonly #events: WriterEvents;
  #thread: Writer;
  #boot: string;
  #confirmed: AuditHead | undefined;
  #laterBoots: string[] = [];
  #deaths = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosing = false;
  #isOver = false;
  #wasClosed = false;
  #isInOrder = false;

  constructor(options: WriterOptions, events: WriterEvents) {
    this.#options = { ...options, writer: randomBytes(6).toString("hex") };
    this.#events = events;
    this.#boot = options.boot;
    this.#thread = this.#start();
  }

  /** While there is no thread nothing is told: the batch under way is told again after the restart. */
  tell(message: ToWriter): void {
    if (this.#timer === undefined) this.#thread.tell(message);
  }

  poll(): void {
    this.#thread.poll();
  }

  keepProcess(keep: boolean): void {
    this.#thread.keepProcess(keep);
  }

  /** Writes the last records and ends the chain in order. */
  async close(last: () => LastWords): Promise<void> {
    if (this.#timer !== undefined) this.#restart();
    this.#isClosing = true;
    if (!this.#isOver) await this.#thread.close(last());
  }

  closeNow(last: () => LastWords, timeoutMs: number): boolean {
    if (this.#isOver) return this.#isInOrder;
    this.#isClosing = true;
    return this.#timer === undefined && this.#thread.closeNow(last(), timeoutMs);
  }

  #start(): Writer {
    const at = this.#confirmed;
    const resume = at && { chain: at.chain, boot: at.boot, sequence: at.sequence, laterBoots: this.#laterBoots };
    return new Writer(
      { ...this.#options, boot: this.#boot },
      resume,
      (message) => this.#hear(message),
      (error) => this.#broke(error),
    );
  }

  #hear(message: FromWriter): void {
    if (message.kind === "head") this.#confirmed ??= message.head;
    if (message.kind === "written") {
      this.#confirmed = message.head;
      this.#laterBoots = [];
      this.#deaths = 0;
    }
    if (message.kind === "closed") {
      this.#wasClosed = true;
      this.#isInOrder = message.isInOrder && message.unwritten === 0;
    }
    this.#events.heard(message);
  }

  #broke(error: Error | undefined): void {
    if (this.#isClosing || ++this.#deaths > MAX_DEATHS) {
      this.#isOver = true;
      this.#events.ended(this.#wasClosed, error);
      return;
    }
    const delayMs = Math.min(MAX_DELAY_MS, this.#options.retryMs * 2 ** (this.#deaths - 1));
    this.#timer = setTimeout(() => this.#restart(), delayMs);
    // Like a disk that fails: the process does not stay for it.
    this.#timer.unref();
    this.#events.broke(error);
  }

  /** With a boot of its own, because files are named by it, and the dead thread's last one may be there already. */
  #restart(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#boot = randomBytes(6).toString("hex");
    this.#laterBoots = [...this.#laterBoots, this.#boot];
    this.#thread = this.#start();
    this.#events.restarted(this.#deaths);
  }
}
