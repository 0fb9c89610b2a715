import { liberalJsonText } from "../liberal-json.ts";
import { isObject, type Message } from "../messages.ts";
import { EventSplitter } from "./event-splitter.ts";
import type { HttpLine } from "./http-line.ts";
import type { Reply } from "./movers.ts";
import { Parcel } from "./parcel.ts";
import { eventOf, type ServerEvent, withData } from "./server-event.ts";

/** What a parcel says in which nothing is left. */
const NOTHING = "";

export interface PassageOptions {
  readonly maxBytes: number;
  /** The line an event belongs to; asked for each, because the first of an older SSE stream makes its line. */
  readonly lineOf: (event: ServerEvent) => HttpLine | undefined;
  /** The client has asked for what came after an event it knows: events may come that have passed before. */
  readonly isResumed: boolean;
  readonly httpStatus: number;
  /** Whether an event too long to be read may pass unread. */
  readonly mayPassUnread: () => boolean;
  readonly onUnread: () => void;
}

/** Passes server-sent events on, one by one as each is complete: its own bytes, unless a gate has changed the message in it. */
export class EventPassage {
  readonly #reply: Reply;
  readonly #options: PassageOptions;
  readonly #splitter: EventSplitter;
  #held = 0;
  #whenDelivered: (() => void) | undefined;
  #isTooLong = false;
  /** Whether the stream can be resumed: the server gives its events ids. */
  hasIds = false;

  constructor(reply: Reply, options: PassageOptions) {
    this.#reply = reply;
    this.#options = options;
    this.#splitter = new EventSplitter(options.maxBytes, {
      event: (event) => this.#pass(event),
      tooLong: (bytes) => this.#passUnread(bytes),
    });
  }

  push(chunk: Uint8Array): void {
    this.#splitter.push(chunk);
  }

  /** Writes a message of our own in between; false where an event is only half through. */
  insert(message: Message): boolean {
    if (!this.#splitter.isBetweenEvents) return false;
    this.#reply.write(eventOf(JSON.stringify(message)));
    return true;
  }

  /** The stream has ended. `then` runs when answers that gates hold are through as well. */
  end(then: () => void): void {
    const rest = this.#splitter.takeRest();
    if (rest !== undefined) this.#reply.write(rest);
    if (this.#held === 0) then();
    else this.#whenDelivered = then;
  }

  #pass(event: ServerEvent): void {
    this.#isTooLong = false;
    const line = this.#options.lineOf(event);
    if (line !== undefined && this.#isRepeated(event, line)) return this.#write(event, line.givenAs(event.id));
    const found = line === undefined ? undefined : messagesIn(event.data);
    if (line === undefined || found === undefined) return this.#reply.write(event.raw);
    this.#held++;
    line.gives(event.id, NOTHING);
    const parcel = new Parcel(found.isBatch, (json) => {
      line.gives(event.id, json);
      this.#write(event, json);
      this.#held--;
      if (this.#held === 0) this.#whenDelivered?.();
    });
    parcel.send(found.messages, line.line, this.#options.httpStatus);
  }

  #write(event: ServerEvent, json: string | undefined): void {
    if (json === undefined) this.#reply.write(event.raw);
    else if (json !== NOTHING) this.#reply.write(withData(event, json));
  }

  #isRepeated(event: ServerEvent, line: HttpLine): boolean {
    if (event.id === undefined || event.id === "") return false;
    this.hasIds = true;
    return line.hasSeen(event.id) && this.#options.isResumed;
  }

  #passUnread(bytes: Uint8Array): void {
    if (!this.#options.mayPassUnread()) return this.#reply.break();
    if (!this.#isTooLong) this.#options.onUnread();
    this.#isTooLong = true;
    this.#reply.write(bytes);
  }
}

/** The JSON-RPC messages of a text; undefined where it holds anything else. */
export function messagesIn(
  text: string | undefined,
): { readonly messages: readonly Message[]; readonly isBatch: boolean } | undefined {
  if (text === undefined || text === "") return undefined;
  const parsed = liberalJsonText(text);
  const isBatch = Array.isArray(parsed);
  const messages: readonly unknown[] = isBatch ? parsed : [parsed];
  return messages.length > 0 && messages.every(isObject) ? { messages, isBatch } : undefined;
}
