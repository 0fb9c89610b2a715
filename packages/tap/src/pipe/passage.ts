import { liberalJson } from "../liberal-json.ts";
import { isObject, type Message } from "../messages.ts";
import { isPromise } from "../open-exchange.ts";
import { hiddenLines } from "./hidden-lines.ts";
import { type LineReader, LineSplitter } from "./line-splitter.ts";
import { Outlet } from "./outlet.ts";
import type { TopLevel } from "./top-level.ts";

/** What one direction of a pipe is made of. */
export interface PassageParts {
  readonly maxBytes: number;
  /** Whether no message may be hidden in a line from who decides on it. */
  readonly findsHidden: boolean;
  write(bytes: Buffer): void;
  /** Takes a message to the line, which gives it back by `deliver`, at once, later, changed or never. */
  accept(message: Message): unknown;
  /** A line that is no JSON-RPC has been passed on. */
  passed(): void;
  tooLong(found: TopLevel, bytes: number): void;
}

interface Batch {
  readonly members: ReadonlySet<unknown>;
  readonly handed: unknown[];
}

/** One direction of a pipe: bytes in, the same bytes out, but for the messages that the line changes or keeps. */
export class Passage implements LineReader {
  readonly #parts: PassageParts;
  readonly #splitter: LineSplitter;
  readonly #outlet: Outlet;
  #current: { readonly message: Message; readonly bytes: Buffer } | undefined;
  #batch: Batch | undefined;
  /** The bytes of answers that a gate holds. */
  readonly #held = new WeakMap<Message, Buffer>();
  readonly #holding = new Set<Promise<unknown>>();

  constructor(parts: PassageParts) {
    this.#parts = parts;
    this.#splitter = new LineSplitter(this, parts.maxBytes);
    this.#outlet = new Outlet((bytes) => parts.write(bytes));
  }

  /** Everything that can be passed on is written when this returns, in one piece where nothing was changed. */
  push(chunk: Buffer): void {
    this.#splitter.push(chunk);
    this.#outlet.flush();
  }

  /** The stream has ended. What came after its last newline is a line to some readers. Settles when no answer is held any more. */
  async end(): Promise<void> {
    const rest = this.#splitter.rest();
    if (rest.length > 0) this.line(rest);
    this.#outlet.flush();
    await Promise.allSettled([...this.#holding]);
  }

  /** A line in which other readers find several is written anew as one, or taken as they take it. */
  line(bytes: Buffer): void {
    const hidden = this.#parts.findsHidden ? hiddenLines(bytes) : undefined;
    if (hidden?.some((one) => holdsMessage(liberalJson(one))) !== true) return this.#read(bytes);
    const whole = liberalJson(bytes);
    if (holdsMessage(whole)) this.#read(Buffer.from(`${JSON.stringify(whole)}\n`));
    else for (const one of hidden) this.#read(one);
  }

  #read(bytes: Buffer): void {
    const parsed = liberalJson(bytes);
    if (isMessage(parsed)) this.#single(parsed, bytes);
    else if (holdsMessage(parsed)) this.#several(parsed as readonly unknown[], bytes);
    else {
      this.#parts.passed();
      this.#outlet.pass(bytes);
    }
  }

  tooLong(found: TopLevel, bytes: number): void {
    this.#outlet.flush();
    this.#parts.tooLong(found, bytes);
  }

  /** The line hands a message on, or says something of its own. */
  deliver(message: Message): void {
    if (this.#current?.message === message) {
      this.#outlet.pass(this.#current.bytes);
      this.#current = undefined;
    } else if (this.#batch?.members.has(message)) this.#batch.handed.push(message);
    else this.#deliverLater(message);
  }

  #deliverLater(message: Message): void {
    const bytes = this.#held.get(message);
    if (bytes === undefined) return this.#outlet.send(message);
    this.#outlet.pass(bytes);
    this.#outlet.flush();
  }

  #single(message: Message, bytes: Buffer): void {
    this.#current = { message, bytes };
    const returned = this.#parts.accept(message);
    this.#current = undefined;
    if (!isPromise(returned)) return;
    // A copy, because the bytes may be a small part of a large chunk.
    this.#held.set(message, Buffer.from(bytes));
    const done = () => this.#holding.delete(returned);
    this.#holding.add(returned);
    returned.then(done, done);
  }

  /** Batches exist in 2025-03-26 only. One that comes back whole goes on as it came. */
  #several(all: readonly unknown[], bytes: Buffer): void {
    const handed: unknown[] = [];
    this.#batch = { members: new Set(all), handed };
    for (const one of all) {
      if (isMessage(one)) this.#parts.accept(one);
      else handed.push(one);
    }
    this.#batch = undefined;
    if (handed.length === all.length) this.#outlet.pass(bytes);
    else if (handed.length > 0) this.#outlet.send(handed);
  }
}

/** A server may well run a question that does not say which JSON-RPC it is. */
function isMessage(value: unknown): value is Message {
  if (!isObject(value)) return false;
  const { jsonrpc, id, method, result, error } = value;
  return jsonrpc === "2.0" || method !== undefined || (id !== undefined && (result ?? error) !== undefined);
}

function holdsMessage(value: unknown): boolean {
  return Array.isArray(value) ? value.some(isMessage) : isMessage(value);
}
