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
  /** Of a transport: its buffer is full. */
  readonly writableNeedDrain?: boolean;
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
    if ("transport" in entry && entry.transport === "stdio" && this.#copies.some(({ isStdout }) => isStdout))
      this.#leaveStdout();
    if (this.#copies.length === 0 || this.#entries.length >= this.#maxQueue) return this.#drop();
    this.#entries.push(entry);
    this.#schedule();
  }

  /** What a transport that is full cannot take stays here, where its number is limited. */
  flush(): void {
    this.#unschedule();
    let taken = 0;
    for (; taken < this.#entries.length && !this.#isFull(); taken++) this.#write(this.#entries[taken] as Entry);
    this.#entries = this.#entries.slice(taken);
    if (this.#entries.length > 0) this.#schedule();
  }

  close(): void {
    this.#unschedule();
    for (const entry of this.#entries.splice(0)) this.#write(entry);
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
      this.#drop();
      this.#onFault(reasonOf(error), error);
    }
  }

  #isFull(): boolean {
    return this.#copies.some(({ stream }) => stream.writableNeedDrain === true);
  }

  #drop(): void {
    this.dropped++;
    this.lastDroppedAt = Date.now();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => this.flush(), this.#flushMs);
  }

  #unschedule(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #open(target: CopyTarget): Copy {
    const stream = (typeof target === "string" ? standardStream(target) : transport(target)) as Stream;
    stream.on("drop", () => this.#drop());
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

/** Whoever reads it may have stopped: more than this does not wait in memory. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

function standardStream(name: "stdout" | "stderr"): ReturnType<typeof destination> {
  return destination({ fd: name === "stdout" ? 1 : 2, sync: false, maxLength: MAX_UNREAD_BYTES });
}
