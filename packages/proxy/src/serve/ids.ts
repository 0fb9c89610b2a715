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

  /** The server's name for a question of a guest. */
  nameOf(guest: G, id: unknown): Id | undefined {
    for (const [name, asked] of this.#open) if (asked.guest === guest && asked.id === id) return name;
    return undefined;
  }

  /** Whose question is answered; it is open no more. */
  take(name: Id): Asked<G> | undefined {
    const asked = this.#open.get(name);
    this.#open.delete(name);
    return asked;
  }

  /** What a guest still asks; it is open no more. */
  takeAll(guest: G): readonly Id[] {
    const names = [...this.#open].filter(([, asked]) => asked.guest === guest).map(([name]) => name);
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
}
