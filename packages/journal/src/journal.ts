import type { Exchange, Observer, Outcome } from "@mcp-ops/exchange";
import type { JournalLost, OpsError } from "@mcp-ops/formats";
import { Bookkeeping } from "./bookkeeping.ts";
import { type Ended, EndedQueue } from "./ended.ts";
import { JournalWriter } from "./file/journal-writer.ts";
import { LoneCalls } from "./lone-calls.ts";
import { Losses } from "./losses.ts";
import { DEFAULT_JOURNAL_LIMITS, type JournalLimits, type JournalOptions } from "./options.ts";
import { useOf } from "./slices.ts";
import type { DayCpu, DayFigures } from "./today.ts";
import type { TokenFigure } from "./token-totals.ts";
import { Tokenizer, type TokenizerShare } from "./tokens/tokenizer.ts";
import { watching } from "./watching.ts";

/** What has become of the exchanges. */
export interface JournalStats {
  /** Ended, and not counted yet. */
  readonly waiting: number;
  /** The longest time for which counting has kept the event loop, in milliseconds. */
  readonly longestSliceMs: number;
  /** Whether there is a folder, made by a sidecar, to write to. */
  readonly isRead: boolean;
  /** Exchanges that are not in the journal, and reports of clients that were none. */
  readonly dropped: Readonly<Record<JournalLost["why"] | "report", number>>;
  /** What the tokenizer has been given, and looked at; undefined without one. */
  readonly tokenizer: TokenizerShare | undefined;
}

/** What servers of this process were used for: counted off the path of their requests, and written where a sidecar reads it. */
export interface Journal extends AsyncDisposable {
  readonly observer: Observer;
  /** The runtime folder, once known. */
  readonly folder: string | undefined;
  stats(): JournalStats;
  /** Samples of `mcp_tokens_total`. */
  tokens(): readonly TokenFigure[];
  /** Samples of `mcp_tool_definition_tokens`, by server. */
  definitionTokens(): ReadonlyMap<string, number>;
  /** What this process knows of today (UTC) about one server: figures by tool, and the CPU time of all of the process, where the server runs in it. */
  today(server: string): { readonly tools: ReadonlyMap<string, DayFigures>; readonly cpu: DayCpu | undefined };
  /** Counts and writes what is there. */
  flush(): Promise<void>;
  close(): Promise<void>;
  /** The same at once, for the last moment of a process. What a tokenizer has not counted is estimated then. */
  closeNow(): void;
}

/** Begins to count. Nothing is written before there is a folder, and no port, no thread and no file is open before. */
export function journal(options: JournalOptions): Journal {
  return new CountingJournal(options);
}

const MINUTE_MS = 60_000;
/** So many are counted without waiting for more. */
const MANY = 64;
/** Bytes of lines, for which there is always room where a disk takes what is written. */
const HANDED_AT_ONCE = 128 * 1024;
/** Shorter than any patience with a process that shall end. */
const LAST_MOMENT_MS = 500;

class CountingJournal implements Journal {
  readonly observer: Observer;
  readonly #options: JournalOptions;
  readonly #limits: JournalLimits;
  readonly #now: () => number;
  readonly #queue = new EndedQueue();
  readonly #tokenizer: Tokenizer | undefined;
  readonly #book: Bookkeeping;
  readonly #writer: JournalWriter;
  readonly #losses = new Losses();
  #work: Generator<void, void> | undefined;
  #longestSliceMs = 0;
  #batch: NodeJS.Timeout | undefined;
  #soon: NodeJS.Immediate | undefined;
  #flushing: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #handing: Generator<void, void> | undefined;
  #isClosed = false;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#limits = { ...DEFAULT_JOURNAL_LIMITS, ...options.limits };
    const onWarning = (warning: OpsError) => options.onWarning?.(warning);
    const { tokenizer = false } = options;
    this.#tokenizer = tokenizer === false ? undefined : new Tokenizer(tokenizer === true ? {} : tokenizer, onWarning);
    this.#writer = new JournalWriter(options.boot, this.#limits, () => this.folder, onWarning);
    this.#book = new Bookkeeping(this.#tokenizer, ({ server, tokens, tools }, minute) =>
      this.#writer.add({ kind: "definitions", minute, server, method: "estimate", tokens, tools }, 0),
    );
    const lone = options.cpu === false ? undefined : new LoneCalls();
    const onLost = () => this.#losses.add("queue", 1);
    this.observer = watching(lone, (exchange, outcome, cpuUs) => this.#ended(exchange, outcome, cpuUs), onLost);
  }

  get folder(): string | undefined {
    const { folder } = this.#options;
    return typeof folder === "function" ? folder() : folder;
  }

  stats(): JournalStats {
    const dropped = { ...this.#losses.all, report: this.#book.wrongReports };
    const waiting = this.#queue.size + (this.#work === undefined ? 0 : 1);
    const longestSliceMs = this.#longestSliceMs;
    return { waiting, longestSliceMs, isRead: this.#writer.isOpen, dropped, tokenizer: this.#tokenizer?.share };
  }

  tokens(): readonly TokenFigure[] {
    return this.#book.totals.figures();
  }

  definitionTokens(): ReadonlyMap<string, number> {
    return this.#book.definitionTokens;
  }

  today(server: string) {
    const { tools, cpu } = this.#book.today.of(Math.floor(this.#now() / (24 * 60 * MINUTE_MS)), server);
    return { tools, cpu: this.#options.cpu === false ? undefined : cpu };
  }

  async flush(): Promise<void> {
    this.#countAll();
    await this.#book.counted();
    await this.#write();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.flush();
    this.#isClosed = true;
    clearTimeout(this.#batch);
    clearImmediate(this.#soon);
    clearTimeout(this.#flushing);
    await Promise.all([this.#writer.close(), this.#tokenizer?.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  closeNow(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#batch);
    clearImmediate(this.#soon);
    clearTimeout(this.#flushing);
    this.#countFor(LAST_MOMENT_MS);
    this.#book.countedNow();
    this.#writer.lookNow();
    // The first goes on where a write that is under way has come to.
    for (const handing of [this.#handing ?? [], this.#hand()]) for (const _ of handing) this.#writer.writeNow();
    this.#writer.writeNow();
  }

  #ended(exchange: Exchange, outcome: Outcome, cpuUs: number | undefined): void {
    if (this.#isClosed) return;
    const ended: Ended = { exchange, outcome, cpuUs, minute: Math.floor(this.#now() / MINUTE_MS) };
    if (this.#book.bookNow(ended)) this.#armFlush();
    else this.#enqueue(ended);
  }

  #enqueue(ended: Ended): void {
    if (this.#batch === undefined) this.#armBatch();
    if (!this.#queue.add(ended)) this.#losses.add("queue", 1);
    // What is kept for long costs the garbage collector more than counting it does.
    if (this.#queue.size === MANY) this.#soon ??= setImmediate(() => this.#count()).unref();
  }

  #armBatch(ms: number = this.#limits.batchMs): void {
    this.#batch = setTimeout(() => this.#count(), ms).unref();
  }

  /** Counts what waits, but gives way to the server's own work again and again. */
  #count(): void {
    clearTimeout(this.#batch);
    this.#soon = undefined;
    const startedAt = performance.now();
    let tookMs = 0;
    while (tookMs < this.#limits.sliceMs && this.#step()) tookMs = performance.now() - startedAt;
    if (tookMs > this.#longestSliceMs) this.#longestSliceMs = tookMs;
    this.#batch = undefined;
    if (this.#isWaiting) this.#armBatch(1);
    this.#armFlush();
  }

  #countAll(): void {
    while (this.#step());
  }

  /** Counts what waits for so long, and gives up the rest. */
  #countFor(ms: number): void {
    const until = performance.now() + ms;
    while (performance.now() < until) if (!this.#step()) return;
    this.#losses.add("queue", this.stats().waiting);
  }

  get #isWaiting(): boolean {
    return this.#work !== undefined || this.#queue.size > 0;
  }

  /** Does a little of what is to be done; false when there is nothing. A result of a shape nobody thought of must not end the process from a timer. */
  #step(): boolean {
    try {
      if (this.#work === undefined) {
        const next = this.#queue.take();
        if (next === undefined) return false;
        this.#work = this.#book.book(next);
      }
      if (this.#work.next().done === true) this.#work = undefined;
    } catch {
      this.#work = undefined;
      this.#losses.add("queue", 1);
    }
    return true;
  }

  #armFlush(): void {
    this.#flushing ??= setTimeout(() => {
      this.#flushing = undefined;
      void this.#write();
    }, this.#limits.flushMs).unref();
  }

  /** One after the other: a flush may be asked for while another one is under way. */
  #write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#writeOnce());
    return this.#writing;
  }

  async #writeOnce(): Promise<void> {
    await this.#writer.look();
    this.#handing = this.#hand();
    for (const _ of this.#handing) await this.#writer.write();
    await this.#writer.write();
    if (this.#writer.hasMore) this.#armFlush();
  }

  /** Hands what was counted to the writer, and stops wherever that is to be written before there is more; without a reader it is let go. */
  *#hand(): Generator<void, void> {
    let mark = this.#writer.waitingBytes + HANDED_AT_ONCE;
    for (const slice of this.#book.slices.take()) {
      if (!this.#writer.add(useOf(slice), slice.count)) this.#losses.add("file", slice.count);
      if (this.#writer.waitingBytes < mark) continue;
      yield;
      mark = this.#writer.waitingBytes + HANDED_AT_ONCE;
    }
    this.#losses.add("file", this.#writer.takeLost());
    this.#losses.tell(Math.floor(this.#now() / MINUTE_MS), (line, exchanges) => this.#writer.add(line, exchanges));
  }
}
