import type { RequestId, TransportKind } from "@mcp-ops/exchange";
import { openConnection } from "../connections.ts";
import type { Extra } from "../extra.ts";
import { Line } from "../line.ts";
import type { Message } from "../messages.ts";
import type { OpenExchange } from "../open-exchange.ts";
import type { Pipeline } from "../pipeline.ts";
import { Slot } from "./parcel.ts";

/** A client may leave this many calls of a session waiting for a resumed stream. */
const MAX_DETACHED = 1000;
/** A client that wants to resume a stream does so after the server's `retry`, which is seconds at most. */
const RESUMED_WITHIN_MS = 10_000;
/** How many of the last events of a session are recognised when a resumed stream repeats them. */
const MAX_SEEN = 2000;
/** So many characters of what gates have made of them are kept for a repetition; what was longer is not said twice. */
const MAX_GIVEN = 64 * 1024;

/** A POST, as the line uses it. */
export interface Asker {
  /** A message is to go to the server. */
  take(message: Message): unknown;
  /** A gate has answered in the server's place. */
  answered(message: Message): void;
}

export interface PostExtra extends Extra {
  readonly asker: Asker;
}

/** One line over HTTP: a session, the stream of the older SSE transport, or a single POST. */
export class HttpLine {
  readonly line: Line;
  sessionId: string | undefined;
  usedAt = 0;
  /** Open streams and POSTs. */
  visitors = 0;
  /** Open streams that a client has asked for by GET. */
  streams = 0;
  /** Writes to the client where answers do not come with the response to their POST (HTTP+SSE). */
  writeApart: ((message: Message) => void) | undefined;
  readonly #pipeline: Pipeline;
  readonly #askers = new Map<RequestId, Asker>();
  #detached = 0;
  /** Event ids, with what the client got in place of the server's words where a gate changed them. */
  readonly #seen = new Map<string, string | undefined>();
  #givenLength = 0;
  #last: Asker | undefined;
  #closeSession: (() => void) | undefined;

  constructor(pipeline: Pipeline, transport: TransportKind, sessionId: string | undefined) {
    this.#pipeline = pipeline;
    this.sessionId = sessionId;
    this.line = new Line(pipeline, undefined, transport, this, {
      toServer: (message, extra) => this.#askerOf(extra)?.take(message),
      toClient: (message, slot) => this.#toClient(message, slot),
    });
  }

  fromClient(message: Message, extra: PostExtra): unknown {
    this.#last = extra.asker;
    return this.line.fromClient(message, extra);
  }

  /** Answers of gates to this request go to this POST. */
  expect(id: RequestId, asker: Asker): void {
    this.#askers.set(id, asker);
  }

  forget(id: RequestId, asker: Asker): void {
    if (this.#askers.get(id) === asker) this.#askers.delete(id);
  }

  /** The answer may still come, on a resumed stream. Where none is opened soon, nobody waits for it any more. */
  detach(open: OpenExchange): void {
    const give = () => {
      if (this.streams === 0 || this.#detached > MAX_DETACHED) open.lose("closed");
      this.#detached--;
    };
    if (++this.#detached > MAX_DETACHED) return give();
    setTimeout(give, RESUMED_WITHIN_MS).unref();
  }

  /** Whether this event has passed before. Remembers that it has now. */
  hasSeen(eventId: string): boolean {
    if (this.#seen.has(eventId)) return true;
    this.#seen.set(eventId, undefined);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MAX_SEEN && oldest !== undefined) {
      this.gives(oldest, undefined);
      this.#seen.delete(oldest);
    }
    return false;
  }

  /** Whether this event has passed; another server gives its events ids of its own. */
  knows(eventId: string): boolean {
    return this.#seen.has(eventId);
  }

  /** The session goes on at another server: what events there were is no measure any more. */
  startOver(): void {
    this.#seen.clear();
    this.#givenLength = 0;
  }

  /** What the client gets of an event: other data than the server's, "" for nothing (yet), undefined for the very event. */
  gives(eventId: string | undefined, json: string | undefined): void {
    if (eventId === undefined || !this.#seen.has(eventId)) return;
    this.#givenLength += (json?.length ?? 0) - (this.#seen.get(eventId)?.length ?? 0);
    this.#seen.set(eventId, json);
    if (this.#givenLength > MAX_GIVEN && json !== "") this.gives(eventId, "");
  }

  givenAs(eventId: string | undefined): string | undefined {
    return eventId === undefined ? undefined : this.#seen.get(eventId);
  }

  /** Tells connection observers that this is a session. */
  openSession(): void {
    this.#closeSession ??= openConnection(this.#pipeline, this.line, "session");
  }

  close(): void {
    this.line.closed();
    this.#closeSession?.();
  }

  #toClient(message: Message, slot: unknown): void {
    if (slot instanceof Slot) return slot.deliver(message);
    if (this.writeApart !== undefined) return this.writeApart(message);
    this.#askers.get(message.id as RequestId)?.answered(message);
  }

  /** A gate's own answer to a question of the server belongs to no POST: it takes the way of the last one. */
  #askerOf(extra: Extra | undefined): Asker | undefined {
    return (extra as PostExtra | undefined)?.asker ?? this.#last;
  }
}
