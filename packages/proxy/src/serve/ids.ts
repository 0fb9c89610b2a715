import type { Id, Message, Request } from "./message.ts";

const SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId";

/** Under whose name a question stands at the server. */
export interface Asked<G> {
  readonly guest: G;
  readonly id: Id;
  readonly method: string;
  /** The guest's own name for the progress of it. */
  readonly progressToken: unknown;
}

/**
 * Names for the questions of many guests at one server: their ids, and what repeats an id (progress tokens, cancellations,
 * subscriptions), may be the same.
 */
export class Ids<G> {
  readonly #open = new Map<Id, Asked<G>>();
  #last = 0;

  get size(): number {
    return this.#open.size;
  }

  /** The question as the server gets it. */
  ask(guest: G, message: Request): Message {
    const id = ++this.#last;
    const { _meta: meta } = message.params ?? {};
    this.#open.set(id, { guest, id: message.id, method: message.method, progressToken: meta?.progressToken });
    if (meta?.progressToken === undefined) return { ...message, id };
    return { ...message, id, params: { ...message.params, _meta: { ...meta, progressToken: id } } };
  }

  /**
   * The guest does not wait for its question any more: gives the server's name for it. A cancelled question gets no answer, so
   * that nothing else would ever close it.
   */
  withdraw(guest: G, id: unknown): Id | undefined {
    const found = this.#withdrawable(guest).find(([, asked]) => asked.id === id);
    if (found !== undefined) this.#open.delete(found[0]);
    return found?.[0];
  }

  /** Whose question is answered; it is open no more. */
  take(name: Id): Asked<G> | undefined {
    const asked = this.#open.get(name);
    this.#open.delete(name);
    return asked;
  }

  /** The same for all that a guest asks. */
  takeAll(guest: G): readonly Id[] {
    const names = this.#withdrawable(guest).map(([name]) => name);
    for (const name of names) this.#open.delete(name);
    return names;
  }

  clear(): void {
    this.#open.clear();
  }

  /** Whom a notification of the server belongs to, and how it reads there; undefined when it names no question. */
  addressed(message: Message): { readonly guest: G; readonly message: Message } | undefined {
    const { params } = message;
    const byProgress = this.#open.get(params?.progressToken as Id);
    if (message.method === "notifications/progress" && byProgress !== undefined) {
      const { guest, progressToken } = byProgress;
      return { guest, message: { ...message, params: { ...params, progressToken } } };
    }
    const bySubscription = this.#open.get(params?._meta?.[SUBSCRIPTION] as Id);
    if (bySubscription === undefined) return undefined;
    const { guest, id } = bySubscription;
    return { guest, message: { ...message, params: { ...params, _meta: { ...params?._meta, [SUBSCRIPTION]: id } } } };
  }

  /** The handshake is everybody's: others wait for its answer, and nobody may cancel it (2025-11-25, basic/utilities/cancellation). */
  #withdrawable(guest: G): readonly (readonly [Id, Asked<G>])[] {
    return [...this.#open].filter(([, asked]) => asked.guest === guest && asked.method !== "initialize");
  }
}
