import type { Exchange, Gate, Observer, Outcome } from "@mcp-ops/exchange";
import type { AuditHead, OpsError, TransitionFields } from "@mcp-ops/formats";
import { Copies } from "./copies.ts";
import { type Held, requiredGate, synchronousGate } from "./durability.ts";
import { auditError, reasonOf } from "./errors.ts";
import { queueFull, writeFailed, writerEnded, writerRestarts } from "./faults.ts";
import { openPseudonymKey } from "./keys.ts";
import {
  type AuditOptions,
  bootOf,
  checkOptions,
  DEFAULT_FLUSH_MS,
  DEFAULT_MAX_HOLD_MS,
  DEFAULT_MAX_QUEUE,
  type Durability,
  writerOptions,
} from "./options.ts";
import { RecordQueue } from "./queue.ts";
import { RecordMaker } from "./record.ts";
import { Recorder } from "./recorder.ts";
import { SteadyWriter } from "./steady-writer.ts";
import { Trouble } from "./trouble.ts";
import type { FromWriter } from "./writer-messages.ts";

export interface AuditLog {
  /** Records every exchange it is shown, once. */
  readonly observer: Observer;
  /** To be asked last of all gates. Undefined for a `buffered` log, which never touches an answer. */
  readonly gate: Gate | undefined;
  /** What a server promises with this log: one whose log is `required` is not ready while the log cannot be written. */
  readonly durability: Durability;
  /** Records what is no exchange, after those that have ended by now. Counted with them. */
  note(fields: TransitionFields): void;
  /** The newest record: for the ops endpoint, and for whoever keeps anchors. Undefined before the first is written, and without a folder. */
  head(): AuditHead | undefined;
  stats(): AuditStats;
  /** Settles when everything recorded so far is written; rejects when that does not work now. */
  flush(): Promise<void>;
  /** Writes what waits, ends the chain in order, and lets go of everything. */
  close(): Promise<void>;
  /** The same for the last moment of a process: blocks, at most so long. True if all is written and the chain ended in order. */
  closeNow(timeoutMs: number): boolean;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface AuditStats {
  /** Exchanges whose record is written. */
  readonly records: number;
  /** Exchanges that have no record for want of room, or because it could not be made. */
  readonly dropped: number;
  /** Exchanges that `include` left out. */
  readonly excluded: number;
  /** Exchanges whose record waits to be written. */
  readonly pending: number;
  /** Copies that were not made. */
  readonly copiesDropped: number;
  readonly faults: number;
  readonly headSequence: number;
  readonly signedSequence: number;
  /** `Date.now()` of the last write. */
  readonly lastFlushAt: number | undefined;
  readonly lastFlushMs: number | undefined;
  /** For how long the oldest record that waits has waited. */
  readonly oldestPendingMs: number;
  /** Whether a record would be taken now. While not, a `required` log has calls refused. */
  readonly writable: boolean;
  /** Why records are being lost or delayed, in a few words; undefined while all is well. */
  readonly degraded: string | undefined;
}

/** A batch that three threads have died of is the reason, not the disk. */
const DEATHS_OF_A_BATCH = 3;

export function auditLog(options: AuditOptions): AuditLog {
  checkOptions(options);
  return new OpenAuditLog(options);
}

class OpenAuditLog implements AuditLog {
  readonly observer: Observer;
  readonly gate: Gate | undefined;
  readonly durability: Durability;
  readonly #options: AuditOptions;
  readonly #boot: string;
  readonly #recorder: Recorder;
  readonly #queue: RecordQueue | undefined;
  readonly #writer: SteadyWriter | undefined;
  readonly #copies: Copies | undefined;
  readonly #trouble: Trouble;
  #faults = 0;
  #closing: Promise<void> | undefined;

  constructor(options: AuditOptions) {
    this.#options = options;
    this.#boot = bootOf(options);
    this.durability = options.durability ?? "buffered";
    const { folder, flushMs = DEFAULT_FLUSH_MS, maxQueue = DEFAULT_MAX_QUEUE } = options;
    if (folder !== undefined) {
      this.#writer = this.#openWriter(folder);
      const onFull = () => this.#fault(queueFull(maxQueue));
      this.#queue = new RecordQueue(
        { flushMs, maxQueue, durable: this.durability !== "buffered", onFull },
        this.#writer,
      );
    }
    if (options.also !== undefined && options.also.length > 0) {
      const failed = (reason: string, error: unknown) =>
        this.#fault(auditError("AUDIT_COPY_FAILED", `A copy of the audit log cannot be made: ${reason}`, error));
      this.#copies = new Copies(options.also, { boot: this.#boot, flushMs, maxQueue }, this.#recordMaker(), failed);
    }
    this.#trouble = new Trouble(this.#queue, this.#copies, options);
    const recordFailed = (error: unknown) =>
      this.#fault(
        auditError("AUDIT_RECORD_FAILED", `Part of an audit record could not be made: ${reasonOf(error)}`, error),
      );
    this.#recorder = new Recorder(options, this.#queue, this.#copies, recordFailed);
    const held: Held = new WeakSet();
    this.observer = this.#observe(held);
    this.gate = this.#gateFor(held);
  }

  note(fields: TransitionFields): void {
    this.#recorder.note(fields);
  }

  head(): AuditHead | undefined {
    return this.#queue?.head;
  }

  stats(): AuditStats {
    const queue = this.#queue;
    const copies = this.#copies;
    return {
      records: queue?.written ?? copies?.written ?? 0,
      dropped: queue?.dropped ?? (copies?.dropped ?? 0) + this.#recorder.failed,
      excluded: this.#recorder.excluded,
      pending: queue?.pending ?? 0,
      copiesDropped: copies?.dropped ?? 0,
      faults: this.#faults,
      headSequence: queue?.head?.sequence ?? 0,
      signedSequence: queue?.head?.signedSequence ?? 0,
      lastFlushAt: queue?.lastWrittenAt,
      lastFlushMs: queue?.lastTookMs,
      oldestPendingMs: queue?.oldestMs(Date.now()) ?? 0,
      writable: queue === undefined || (queue.failure === undefined && !queue.isFull),
      degraded: this.#trouble.describe(),
    };
  }

  async flush(): Promise<void> {
    // What has been answered in this turn of the event loop ends in the next: its record belongs to "so far".
    await new Promise((resolve) => setImmediate(resolve));
    this.#copies?.flush();
    const queue = this.#queue;
    if (queue === undefined) return;
    await new Promise<void>((resolve, reject) => {
      queue.whenWritten({ written: resolve, failed: (reason) => reject(writeFailed(reason)) });
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  closeNow(timeoutMs: number): boolean {
    this.#copies?.close();
    const queue = this.#queue as RecordQueue;
    return this.#writer?.closeNow(() => queue.takeRest(), timeoutMs) ?? true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.flush().catch(() => {});
    this.#copies?.close();
    const queue = this.#queue as RecordQueue;
    await this.#writer?.close(() => queue.takeRest());
  }

  #openWriter(folder: string): SteadyWriter {
    return new SteadyWriter(writerOptions(this.#options, folder, this.#boot), {
      heard: (message) => this.#heard(message),
      broke: (error) => {
        this.#queue?.fail("writer restarts");
        this.#fault(writerRestarts(error));
      },
      restarted: (deaths) => this.#queue?.tellAgain(deaths >= DEATHS_OF_A_BATCH),
      ended: (wasClosed, error) => this.#writerEnded(wasClosed, error),
    });
  }

  #heard(message: FromWriter): void {
    if (message.kind === "fault") this.#fault(auditError(message.code as "AUDIT_ROTATION_FAILED", message.message));
    if (message.kind === "failed" && this.#queue?.failure !== message.reason) this.#fault(writeFailed(message.message));
    if (message.kind === "written") this.#trouble.noteWritten();
    this.#queue?.heard(message);
  }

  /** A stop record, or at least word of what has none, is an end in order; anything else is not. */
  #writerEnded(wasClosed: boolean, error: Error | undefined): void {
    this.#queue?.end("writer ended");
    if (!wasClosed) this.#fault(writerEnded(error));
  }

  #recordMaker(): () => RecordMaker {
    let made: RecordMaker | undefined;
    const { component, pseudonymKeyFile } = this.#options;
    return () => {
      if (made !== undefined) return made;
      const pseudonymKey = pseudonymKeyFile === undefined ? undefined : openPseudonymKey(pseudonymKeyFile);
      made = new RecordMaker({ component, pseudonymKey });
      return made;
    };
  }

  #observe(held: Held): Observer {
    const recorder = this.#recorder;
    return function audit(exchange: Exchange, next: () => Promise<Outcome>) {
      return next().then((outcome) => {
        if (!held.has(exchange)) recorder.record(exchange, outcome);
      });
    };
  }

  #gateFor(held: Held): Gate | undefined {
    const { durability = "buffered", maxHoldMs = DEFAULT_MAX_HOLD_MS, include } = this.#options;
    const queue = this.#queue;
    if (queue === undefined || durability === "buffered") return undefined;
    if (durability === "synchronous") return synchronousGate(this.#recorder, queue, held, maxHoldMs);
    return requiredGate(this.#recorder, queue, held, (exchange) => include?.(exchange) !== false);
  }

  #fault(error: OpsError): void {
    this.#faults++;
    try {
      this.#options.onFault?.(error);
    } catch {}
  }
}
