import type { JsonObject } from "@mcp-ops/exchange";
import { OPS_RPC } from "@mcp-ops/formats";
import type { ChildLink } from "./child-link.ts";
import { Ids } from "./ids.ts";
import { errorFor, isRequest, isResponse, type Message, type Request, type Response } from "./message.ts";
import type { Guest, House, Seat } from "./seat.ts";
import type { Starter } from "./starter.ts";

/** Questions open at one server, and of it; beyond, who asks is told to come later. */
const MAX_OPEN = 10_000;

/**
 * One server for all guests. Ids are rewritten, because guests may have the same; what the server says to everybody goes to
 * everybody who listens. A question of the server goes to its only listener: with several, nobody knows who is meant.
 */
export class SharedHouse implements House {
  readonly #starter: Starter;
  readonly #meta: JsonObject | undefined;
  readonly #guests = new Set<Guest>();
  readonly #ids = new Ids<Guest>();
  /** Who was asked what the server wants to know: nobody else may answer. */
  readonly #questions = new Map<Request["id"], Guest>();
  #link: Promise<ChildLink> | undefined;
  #live: ChildLink | undefined;
  /** The first guest's handshake is the server's only one: the others get its answer. */
  #handshake: { answer?: Message; readonly waiting: { guest: Guest; id: Request["id"] }[] } | undefined;
  #isInitialized = false;

  /** `meta`: of what is said in no guest's name. A server that nobody has initialised takes a message without one for the first of an older revision. */
  constructor(starter: Starter, meta?: JsonObject) {
    this.#starter = starter;
    this.#meta = meta;
  }

  async seat(guest: Guest): Promise<Seat> {
    this.#link ??= this.#start();
    const link = await this.#link;
    // A guest that comes while it ends belongs to the next process.
    if (link.hasExited) await link.ended;
    if (this.#live !== link) return this.seat(guest);
    this.#guests.add(guest);
    return {
      send: (message) => this.#fromGuest(guest, message, link),
      get isClogged() {
        return link.isClogged;
      },
      leave: () => this.#leave(guest, link),
    };
  }

  async close(): Promise<void> {
    await (await this.#link?.catch(() => undefined))?.close();
  }

  async #start(): Promise<ChildLink> {
    try {
      const link = await this.#starter.start();
      this.#live = link;
      link.onMessage = (message) => this.#fromServer(message, link);
      void link.ended.then(() => this.#ended());
      return link;
    } catch (error) {
      this.#link = undefined;
      throw error;
    }
  }

  #ended(): void {
    this.#link = undefined;
    this.#live = undefined;
    this.#handshake = undefined;
    this.#isInitialized = false;
    this.#ids.clear();
    this.#questions.clear();
    const guests = [...this.#guests];
    this.#guests.clear();
    for (const guest of guests) guest.serverEnded();
  }

  #leave(guest: Guest, link: ChildLink): void {
    if (!this.#guests.delete(guest)) return;
    for (const requestId of this.#ids.takeAll(guest)) link.send(cancelled(requestId, this.#meta));
    for (const [id, asked] of this.#questions) {
      if (asked === guest) this.#answerServer(guest, errorFor(id, OPS_RPC.unavailable, "The client left."), link);
    }
  }

  #fromGuest(guest: Guest, message: Message, link: ChildLink): void {
    if (message.method === "notifications/initialized") {
      if (!this.#isInitialized) link.send(message);
      this.#isInitialized = true;
    } else if (message.method === "notifications/cancelled") {
      const requestId = this.#ids.withdraw(guest, message.params?.requestId);
      if (requestId !== undefined) link.send({ ...message, params: { ...message.params, requestId } });
    } else if (isResponse(message)) this.#answerServer(guest, message, link);
    else if (!isRequest(message)) link.send(message);
    else if (message.method === "initialize") this.#greet(guest, message, link);
    else this.#ask(guest, message, link);
  }

  #greet(guest: Guest, message: Request, link: ChildLink): void {
    if (this.#handshake?.answer !== undefined) return guest.receive({ ...this.#handshake.answer, id: message.id });
    this.#handshake?.waiting.push({ guest, id: message.id });
    if (this.#handshake !== undefined) return;
    this.#handshake = { waiting: [] };
    this.#ask(guest, message, link);
  }

  #ask(guest: Guest, message: Request, link: ChildLink): void {
    if (this.#ids.size < MAX_OPEN) return link.send(this.#ids.ask(guest, message));
    guest.receive(errorFor(message.id, OPS_RPC.unavailable, "The server has too many open requests. Try again later."));
  }

  #fromServer(message: Message, link: ChildLink): void {
    if (isResponse(message)) return this.#answer(message);
    const addressed = this.#ids.addressed(message);
    if (addressed !== undefined) return addressed.guest.receive(addressed.message);
    const listeners = [...this.#guests].filter(({ listens }) => listens);
    if (!isRequest(message)) for (const guest of listeners) guest.receive(message);
    else if (listeners.length === 1 && this.#questions.size < MAX_OPEN) this.#askGuest(listeners[0] as Guest, message);
    else link.send(errorFor(message.id, OPS_RPC.unavailable, NOBODY_MEANT));
  }

  #askGuest(guest: Guest, question: Request): void {
    this.#questions.set(question.id, guest);
    guest.receive(question);
  }

  #answerServer(guest: Guest, answer: Response, link: ChildLink): void {
    if (this.#questions.get(answer.id) !== guest) return;
    this.#questions.delete(answer.id);
    link.send(answer);
  }

  #answer(message: Response): void {
    const asked = this.#ids.take(message.id);
    if (asked === undefined) return;
    if (asked.method === "initialize") this.#greeted(message);
    asked.guest.receive({ ...message, id: asked.id });
  }

  #greeted(message: Message): void {
    const waiting = this.#handshake?.waiting ?? [];
    // A refused handshake is no handshake: the next guest tries anew.
    this.#handshake = message.error === undefined ? { answer: message, waiting: [] } : undefined;
    for (const { guest, id } of waiting) guest.receive({ ...message, id });
  }
}

const NOBODY_MEANT =
  "Several clients share this server, so that its questions to a client have nobody they could mean.";

function cancelled(requestId: Request["id"], meta: JsonObject | undefined): Message {
  const params = { requestId, reason: "The client left.", ...(meta !== undefined && { _meta: meta }) };
  return { jsonrpc: "2.0", method: "notifications/cancelled", params };
}
