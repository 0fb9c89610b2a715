import type { Clock } from "../src/clock.ts";
import type { Acquired, Grant, LeaseHolder, LeaseStore } from "../src/lease-store.ts";
import { SimStore } from "./sim-store.ts";

type Method = "acquire" | "renew" | "release" | "read";

/** Leases in memory, and what can go wrong with a store. */
export class MemoryStore implements LeaseStore {
  readonly kind = "embedded";
  readonly caps = { minTtlMs: 1_000, singleArbiter: true };
  readonly calls: Method[] = [];
  /** These never answer, whatever signal they are given. */
  readonly hanging = new Set<Method>();
  /** These fail. */
  readonly failing = new Set<Method>();
  readonly sim = new SimStore(() => undefined);
  readonly #clock: Clock;
  readonly #watchers = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async acquire(name: string, holder: string, ttlMs: number): Promise<Acquired> {
    await this.#asked("acquire");
    return this.sim.acquire(name, holder, ttlMs, this.#clock.now());
  }

  async renew(grant: Grant): Promise<"renewed" | "lost"> {
    await this.#asked("renew");
    return this.sim.renew(grant, this.#clock.now());
  }

  async release(grant: Grant): Promise<void> {
    await this.#asked("release");
    this.sim.release(grant, this.#clock.now());
    for (const stir of this.#watchers) stir();
  }

  async read(): Promise<LeaseHolder | undefined> {
    await this.#asked("read");
    return this.sim.holder(this.#clock.now());
  }

  /** No node asks for it by itself. */
  async raiseFloor(): Promise<number> {
    throw new Error("raise-floor is asked of real stores");
  }

  async *watch(_name: string, signal: AbortSignal): AsyncGenerator<void> {
    while (!signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#watchers.add(resolve);
      signal.addEventListener("abort", () => resolve(), { once: true });
      await promise;
      this.#watchers.delete(resolve);
      yield;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #asked(method: Method): Promise<void> {
    this.calls.push(method);
    if (this.hanging.has(method)) await new Promise<never>(() => undefined);
    if (this.failing.has(method)) throw new Error(`${method}: connection refused`);
  }
}
