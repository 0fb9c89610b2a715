import type { Acquired, Grant, LeaseHolder } from "../src/lease-store.ts";

/** A linearizable lease store in simulated time. Its clock is the true one. */
export class SimStore {
  up = true;
  readonly log: (text: string) => void;
  /** The last token that was given. */
  counter = 0n;
  #lease: (LeaseHolder & { expiresAt: number }) | undefined;

  constructor(log: (text: string) => void) {
    this.log = log;
  }

  acquire(name: string, holder: string, ttlMs: number, now: number): Acquired {
    const lease = this.holder(now);
    if (lease !== undefined && lease.holder !== holder) return { kind: "held", by: lease };
    if (lease === undefined) this.counter += 1n;
    this.#lease = { holder, token: lease?.token ?? this.counter, expiresAt: now + ttlMs };
    this.log(`gives ${holder} token ${this.#lease.token}`);
    return { kind: "granted", grant: { name, holder, token: this.#lease.token, ttlMs } };
  }

  renew(grant: Grant, now: number): "renewed" | "lost" {
    const lease = this.holder(now);
    if (lease?.token !== grant.token || lease.holder !== grant.holder) return "lost";
    this.#lease = { ...lease, expiresAt: now + grant.ttlMs };
    return "renewed";
  }

  release(grant: Grant, now: number): void {
    if (this.renew(grant, now) === "lost") return;
    this.#lease = undefined;
    this.log(`has token ${grant.token} back`);
  }

  holder(now: number): (LeaseHolder & { expiresAt: number }) | undefined {
    if (this.#lease !== undefined && now >= this.#lease.expiresAt) {
      this.log(`lets token ${this.#lease.token} of ${this.#lease.holder} run out`);
      this.#lease = undefined;
    }
    return this.#lease;
  }

  /** Comes back from a backup: it has an older number and no lease. */
  restore(counter: bigint): void {
    this.counter = counter;
    this.#lease = undefined;
  }

  /** An arbiter that restarts and remembers gives whoever had the lease its whole time again. */
  restart(ttlMs: number, now: number): void {
    const lease = this.holder(now);
    if (lease !== undefined) this.#lease = { ...lease, expiresAt: now + ttlMs };
  }

  /** An arbiter that forgets its lease: what must never be. */
  forget(): void {
    this.#lease = undefined;
  }
}
