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
  readonly #ending = new AbortController();

  constructor(options: StoreCallerOptions) {
    this.#options = options;
  }

  async call(effect: StoreEffect): Promise<Event> {
    // R1: the time before the request, whatever happens to it then.
    const askedAt = this.#options.clock.now();
    try {
      return await this.#limited((options) => this.#ask(effect, askedAt, options));
    } catch (error) {
      if (!this.#ending.signal.aborted) this.#options.onFault(error);
      return failed(effect);
    }
  }

  /** Calls off what is under way. */
  end(): void {
    this.#ending.abort();
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
    const late = new AbortController();
    const signal = AbortSignal.any([late.signal, this.#ending.signal]);
    const silence = Promise.withResolvers<never>();
    const text = `The lease store (${store.kind}) did not answer within ${rpcTimeoutMs} ms.`;
    const off = clock.after(rpcTimeoutMs, () => late.abort(new Error(text)));
    signal.addEventListener("abort", () => silence.reject(signal.reason), { once: true });
    try {
      return await Promise.race([ask({ timeoutMs: rpcTimeoutMs, signal }), silence.promise]);
    } finally {
      off();
    }
  }
}

function failed(effect: StoreEffect): Event {
  if (effect.kind === "read") return { kind: "read-failed" };
  if (effect.kind === "acquire") return { kind: "acquire-failed" };
  const { token } = effect.grant;
  return effect.kind === "renew" ? { kind: "renew-failed", token } : { kind: "release-failed", token };
}
