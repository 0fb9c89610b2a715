import { AUDIT_SCHEMA } from "@mcp-ops/formats";
import { destination, type Logger, pino, transport } from "pino";
import type { Entry } from "./entry.ts";
import { reasonOf } from "./errors.ts";
import { type CopyTarget, stdoutTaken } from "./options.ts";
import type { RecordMaker } from "./record.ts";
import { RandomPool, ulid } from "./ulid.ts";

/** What a copy is written to: the part of pino's destinations and transports that we use. */
interface Stream {
  write(text: string): unknown;
  flushSync?(): void;
  end(): void;
  on(event: string, listener: (error: unknown) => void): unknown;
}

interface Copy {
  readonly logger: Logger;
  readonly stream: Stream;
  readonly isStdout: boolean;
}

/** Records that go elsewhere too: to a standard stream, or through a pino transport. They have numbers, but no chain. */
export class Copies {
  readonly #boot: string;
  readonly #flushMs: number;
  readonly #maxQueue: number;
  readonly #onFault: (reason: string, error: unknown) => void;
  readonly #records: () => RecordMaker;
  readonly #random = new RandomPool();
  #copies: Copy[];
  #entries: Entry[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sequence = 0;
  dropped = 0;
  lastDroppedAt: number | undefined;

  constructor(
    targets: readonly CopyTarget[],
    options: { readonly boot: string; readonly flushMs: number; readonly maxQueue: number },
    records: () => RecordMaker,
    onFault: (reason: string, error: unknown) => void,
  ) {
    this.#boot = options.boot;
    this.#flushMs = options.flushMs;
    this.#maxQueue = options.maxQueue;
    this.#records = records;
    this.#onFault = onFault;
    this.#copies = targets.map((target) => this.#open(target));
  }

  get written(): number {
    return this.#sequence;
  }

  push(entry: Entry): void {
    if (entry.transport === "stdio" && this.#copies.some(({ isStdout }) => isStdout)) this.#leaveStdout();
    if (this.#copies.length === 0 || this.#entries.length >= this.#maxQueue) {
      this.dropped++;
      this.lastDroppedAt = Date.now();
      return;
    }
    this.#entries.push(entry);
    this.#timer ??= setTimeout(() => this.flush(), this.#flushMs);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const entries = this.#entries;
    this.#entries = [];
    for (const entry of entries) this.#write(entry);
  }

  close(): void {
    this.flush();
    for (const { stream, isStdout } of this.#copies) {
      stream.flushSync?.();
      if (!isStdout) stream.end();
    }
    this.#copies = [];
  }

  #write(entry: Entry): void {
    try {
      const record = {
        v: AUDIT_SCHEMA,
        sequence: ++this.#sequence,
        id: ulid(Date.now(), this.#random.next()),
        time: new Date(entry.at).toISOString(),
        server: entry.server,
        boot: this.#boot,
        ...this.#records().fieldsOf(entry),
      };
      for (const { logger } of this.#copies) logger.info(record);
    } catch (error) {
      this.#onFault(reasonOf(error), error);
    }
  }

  #open(target: CopyTarget): Copy {
    const stream = (
      typeof target === "string" ? destination({ fd: target === "stdout" ? 1 : 2, sync: false }) : transport(target)
    ) as Stream;
    stream.on("error", (error) => this.#onFault(reasonOf(error), error));
    const logger = pino({ base: null, timestamp: false }, stream);
    return { logger, stream, isStdout: target === "stdout" };
  }

  /** The stream belongs to the protocol: nothing has been written there yet, since every exchange came over it. */
  #leaveStdout(): void {
    this.#copies = this.#copies.filter(({ isStdout }) => !isStdout);
    const error = stdoutTaken();
    this.#onFault(error.message, error);
  }
}
