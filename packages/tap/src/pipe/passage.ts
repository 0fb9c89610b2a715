import { isObject, type Message } from "../messages.ts";
import { isPromise } from "../open-exchange.ts";
import { type LineReader, LineSplitter } from "./line-splitter.ts";
import { Outlet } from "./outlet.ts";
import type { TopLevel } from "./top-level.ts";

/** What one direction of a pipe is made of. */
export interface PassageParts {
  readonly maxBytes: number;
  write(bytes: Buffer): void;
  /** Takes a message to the line, which gives it back by `deliver`, at once, later, changed or never. */
  accept(message: Message): unknown;
  /** A line that is no JSON-RPC has been passed on. */
  passed(): void;
  tooLong(found: TopLevel, bytes: number): void;
}

interface Batch {
  readonly members: ReadonlySet<Message>;
  readonly handed: Message[];
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

  /** The stream has ended: what came after its last newline goes on as it is. Settles when no answer is held any more. */
  async end(): Promise<void> {
    const rest = this.#splitter.rest();
    if (rest.length > 0) this.#parts.passed();
    this.#outlet.pass(rest);
    this.#outlet.flush();
    await Promise.allSettled([...this.#holding]);
  }

  line(bytes: Buffer): void {
    const parsed = parse(bytes);
    if (isMessage(parsed)) this.#single(parsed, bytes);
    else if (Array.isArray(parsed) && parsed.length > 0 && parsed.every(isMessage)) this.#several(parsed, bytes);
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
  #several(messages: readonly Message[], bytes: Buffer): void {
    const handed: Message[] = [];
    this.#batch = { members: new Set(messages), handed };
    for (const message of messages) this.#parts.accept(message);
    this.#batch = undefined;
    if (handed.length === messages.length) this.#outlet.pass(bytes);
    else if (handed.length > 0) this.#outlet.send(handed);
  }
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

function isMessage(value: unknown): value is Message {
  return isObject(value) && value.jsonrpc === "2.0";
}
