import type { AuditHead } from "@mcp-ops/formats";
import type { Entry } from "./entry.ts";
import type { Batch, FromWriter, LastWords, ToWriter } from "./writer-messages.ts";

/** Who waits for entries to be on the disk. `failed` is told when that does not work now; without it, one goes on waiting. */
export interface Waiter {
  readonly written: () => void;
  readonly failed?: (reason: string) => void;
}

export interface QueueOptions {
  readonly flushMs: number;
  readonly maxQueue: number;
  readonly durable: boolean;
  /** Told when the first entry finds no room; again only after something was written. */
  readonly onFull?: () => void;
}

/** The writer, as the queue uses it. */
export interface WriterEnd {
  tell(message: ToWriter): void;
  /** Hears what the writer has told by now. */
  poll(): void;
  keepProcess(keep: boolean): void;
}

/** The batch under way. */
interface Sent extends Batch {
  waiters: Waiter[];
  /** When the oldest of its entries came. */
  readonly since: number;
}

/** At most so many go at once: handing them over blocks the event loop for half a microsecond each. */
const MAX_BATCH = 1024;

/** When a batch is full and another under way, the writer is asked so often whether it is done. */
const POLL_EVERY = 128;

/** Entries on their way to the writer: bounded, in order, one batch under way at a time. */
export class RecordQueue {
  readonly #options: QueueOptions;
  readonly #writer: WriterEnd;
  #entries: Entry[] = [];
  #waiters: Waiter[] = [];
  #sent: Sent | undefined;
  #last = 0;
  #waitingSince: number | undefined;
  #isFullTold = false;
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #isUrgent = false;
  #hasEnded = false;
  #forRoom: (() => void)[] = [];
  #unsaidDrops = 0;
  written = 0;
  dropped = 0;
  lastDroppedAt: number | undefined;
  lastWrittenAt: number | undefined;
  lastTookMs: number | undefined;
  head: AuditHead | undefined;
  /** Why nothing can be written now. */
  failure: string | undefined;

  constructor(options: QueueOptions, writer: WriterEnd) {
    this.#options = options;
    this.#writer = writer;
  }

  /** Entries that are not on the disk yet. */
  get pending(): number {
    return this.#entries.length + (this.#sent?.entries.length ?? 0) + this.#last;
  }

  /** For how long the oldest of them has waited. */
  oldestMs(now: number): number {
    const since = this.#sent?.since ?? this.#waitingSince;
    return since === undefined ? 0 : Math.max(0, now - since);
  }

  get isFull(): boolean {
    return this.pending >= this.#options.maxQueue;
  }

  /** False, and counted, when the queue is full. */
  push(entry: Entry, waiter?: Waiter): boolean {
    if (this.#entries.length >= MAX_BATCH && this.#entries.length % POLL_EVERY === 0) this.#writer.poll();
    if (this.isFull || this.#hasEnded) {
      this.drop(1);
      if (!this.#hasEnded && !this.#isFullTold) this.#options.onFull?.();
      this.#isFullTold = true;
      return false;
    }
    this.#waitingSince ??= Date.now();
    this.#entries.push(entry);
    if (waiter !== undefined) this.#waiters.push(waiter);
    if (this.#sent !== undefined) return true;
    // So many within one turn of the event loop: it may be long until the next.
    if (this.#entries.length >= MAX_BATCH) this.flush();
    else this.#schedule();
    return true;
  }

  /** An exchange gets no record; the next batch says so in the chain. */
  drop(count: number): void {
    this.#countDropped(count);
    this.#unsaidDrops += count;
  }

  /** Settles when the next batch has been written. */
  room(): Promise<void> {
    return new Promise((resolve) => this.#forRoom.push(resolve));
  }

  /** Told when everything that is pending now has been written. */
  whenWritten(waiter: Waiter): void {
    if (this.pending === 0 && this.#unsaidDrops === 0) return waiter.written();
    if (this.failure !== undefined && waiter.failed !== undefined) return waiter.failed(this.failure);
    if (this.#entries.length === 0 && this.#unsaidDrops === 0) this.#sent?.waiters.push(waiter);
    else this.#waiters.push(waiter);
    this.flush();
  }

  flush(): void {
    this.#unschedule();
    if (this.#hasEnded || this.#sent !== undefined || (this.#entries.length === 0 && this.#unsaidDrops === 0)) return;
    const isAll = this.#entries.length <= MAX_BATCH;
    const entries = isAll ? this.#entries : this.#entries.slice(0, MAX_BATCH);
    this.#entries = isAll ? [] : this.#entries.slice(MAX_BATCH);
    // Those who wait may wait for the last entry: they go with the last batch.
    const waiters = isAll ? this.#waiters : [];
    if (isAll) this.#waiters = [];
    const dropped = this.#unsaidDrops;
    this.#unsaidDrops = 0;
    this.#sent = { entries, dropped, waiters, since: this.#waitingSince ?? Date.now() };
    this.#waitingSince = this.#entries.length > 0 ? Date.now() : undefined;
    this.#tell(this.#sent, false);
  }

  /** A new thread is there: it gets what the dead one has not confirmed. Too many have died of it: then the rest of it is given up. */
  tellAgain(giveUp: boolean): void {
    if (this.#sent !== undefined) this.#tell(this.#sent, giveUp ? "give up" : "write");
  }

  /** All that waits and is not under way: for the end. */
  takeRest(): LastWords {
    this.#unschedule();
    const rest = { entries: this.#entries, dropped: this.#unsaidDrops };
    this.#last = rest.entries.length;
    this.#entries = [];
    this.#unsaidDrops = 0;
    this.#hasEnded = true;
    return rest;
  }

  heard(message: FromWriter): void {
    if (message.kind === "written") this.#batchWritten(message);
    if (message.kind === "failed") this.fail(message.reason);
    if (message.kind === "head") this.#works(message.head);
    if (message.kind === "closed") this.#closed(message);
  }

  /** Nothing can be written now. The process does not stay for that. */
  fail(reason: string): void {
    this.failure = reason;
    this.#writer.keepProcess(false);
    const { waiters, rest } = this.#takeImpatient();
    this.#waiters = rest;
    for (const { failed } of waiters) failed?.(reason);
  }

  /** The writer is gone: what it had not written will never be. */
  end(reason: string): void {
    this.dropped += this.pending;
    this.#entries = [];
    this.#last = 0;
    this.#waitingSince = undefined;
    this.#hasEnded = true;
    this.#unschedule();
    this.fail(reason);
    this.#sent = undefined;
  }

  #countDropped(count: number): void {
    this.dropped += count;
    this.lastDroppedAt = Date.now();
  }

  #tell({ entries, dropped }: Batch, retold: false | "write" | "give up"): void {
    this.#writer.keepProcess(true);
    this.#writer.tell({ kind: "batch", entries, dropped, durable: this.#options.durable, retold });
  }

  #closed({ head, unwritten }: Extract<FromWriter, { kind: "closed" }>): void {
    if (head !== undefined) this.head = head;
    this.written += this.pending - unwritten;
    this.dropped += unwritten;
    this.#sent = undefined;
    this.#last = 0;
    if (unwritten === 0) for (const { written } of this.#waiters.splice(0)) written();
  }

  #takeImpatient(): { waiters: Waiter[]; rest: Waiter[] } {
    const impatient = [...(this.#sent?.waiters ?? []), ...this.#waiters].filter(({ failed }) => failed !== undefined);
    const patient = (list: Waiter[]) => list.filter(({ failed }) => failed === undefined);
    if (this.#sent !== undefined) this.#sent.waiters = patient(this.#sent.waiters);
    return { waiters: impatient, rest: patient(this.#waiters) };
  }

  #batchWritten({ head, tookMs, lost }: Extract<FromWriter, { kind: "written" }>): void {
    const sent = this.#sent;
    this.#sent = undefined;
    this.#works(head);
    this.written += (sent?.entries.length ?? 0) - lost;
    this.#isFullTold = false;
    if (lost > 0) this.#countDropped(lost);
    this.lastWrittenAt = Date.now();
    this.lastTookMs = tookMs;
    for (const { written } of sent?.waiters ?? []) written();
    for (const resolve of this.#forRoom.splice(0)) resolve();
    if (this.#waiters.length > 0 || this.#entries.length >= MAX_BATCH) this.flush();
    else if (this.#entries.length > 0 || this.#unsaidDrops > 0) this.#schedule();
    if (this.#sent === undefined) this.#writer.keepProcess(false);
  }

  #works(head: AuditHead): void {
    this.head = head;
    this.failure = undefined;
  }

  /** Somebody waiting: after this turn of the event loop, so that what comes together goes together. */
  #schedule(): void {
    const isUrgent = this.#waiters.length > 0;
    if (this.#timer !== undefined && (this.#isUrgent || !isUrgent)) return;
    this.#unschedule();
    const flush = () => this.flush();
    this.#isUrgent = isUrgent;
    this.#timer = isUrgent ? setImmediate(flush) : setTimeout(flush, this.#options.flushMs);
  }

  #unschedule(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer as NodeJS.Timeout);
    clearImmediate(this.#timer as NodeJS.Immediate);
    this.#timer = undefined;
    this.#isUrgent = false;
  }
}
