import type { Clock } from "../clock.ts";
import type { Effect, Event } from "../elector/event.ts";
import type { CallOptions, LeaseStore } from "../lease-store.ts";

export interface StoreCallerOptions {
  readonly store: LeaseStore;
  readonly group: string;
  readonly holder: string;
  readonly ttlMs: number;
  readonly rpcTimeoutMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onFault: (error: unknown) => void;
}

/** A question to the store, as the elector asks for it. */
export type StoreEffect = Extract<Effect, { kind: "read" | "acquire" | "renew" | "release" }>;

/** Asks the store, and makes one event of each answer, failure or silence. */
export class StoreCaller {
  readonly #options: StoreCallerOptions;
  /** How to give up each call that is under way. */
  readonly #underWay = new Set<(reason: Error) => void>();
  #hasEnded = false;

  constructor(options: StoreCallerOptions) {
    this.#options = options;
  }

  async call(effect: StoreEffect): Promise<Event> {
    // R1: the time before the request, whatever happens to it then.
    const askedAt = this.#options.clock.now();
    try {
      return await this.#limited((options) => this.#ask(effect, askedAt, options));
    } catch (error) {
      if (!this.#hasEnded) this.#options.onFault(error);
      return failed(effect);
    }
  }

  /** Calls off what is under way. */
  end(): void {
    this.#hasEnded = true;
    for (const giveUp of this.#underWay) giveUp(new Error("The node has ended."));
  }

  async #ask(effect: StoreEffect, askedAt: number, options: CallOptions): Promise<Event> {
    const { store, group, holder, ttlMs, random } = this.#options;
    switch (effect.kind) {
      case "read":
        return { kind: "seen", holder: await store.read(group, options), askedAt, jitter: random() };
      case "acquire": {
        const acquired = await store.acquire(group, holder, ttlMs, options);
        return acquired.kind === "granted" ? { ...acquired, askedAt } : { ...acquired, askedAt };
      }
      case "renew": {
        const { token } = effect.grant;
        const answer = await store.renew(effect.grant, options);
        return answer === "renewed" ? { kind: "renewed", token, askedAt } : { kind: "lost", token };
      }
      case "release":
        await store.release(effect.grant, options);
        return { kind: "released", token: effect.grant.token };
    }
  }

  /** A store is told how long it has, and is not waited for when it takes longer (R2). */
  async #limited<T>(ask: (options: CallOptions) => Promise<T>): Promise<T> {
    const { rpcTimeoutMs, clock, store } = this.#options;
    const calling = new AbortController();
    const { promise: silence, reject } = Promise.withResolvers<never>();
    const giveUp = (reason: Error): void => {
      calling.abort(reason);
      reject(reason);
    };
    const text = `The lease store (${store.kind}) did not answer within ${rpcTimeoutMs} ms.`;
    const off = clock.after(rpcTimeoutMs, () => giveUp(new Error(text)));
    // And not AbortSignal.any(): whoever listens to one of those keeps it alive for as long as its sources, which are as old as this node.
    this.#underWay.add(giveUp);
    try {
      return await Promise.race([ask({ timeoutMs: rpcTimeoutMs, signal: calling.signal }), silence]);
    } finally {
      off();
      this.#underWay.delete(giveUp);
    }
  }
}

function failed(effect: StoreEffect): Event {
  if (effect.kind === "read") return { kind: "read-failed" };
  if (effect.kind === "acquire") return { kind: "acquire-failed" };
  const { token } = effect.grant;
  return effect.kind === "renew" ? { kind: "renew-failed", token } : { kind: "release-failed", token };
}
