import { randomUUID } from "node:crypto";
import { failoverError } from "../errors.ts";
import type { Acquired, Grant, LeaseHolder } from "../lease-store.ts";
import { checkLease, checkName } from "../stores/limits.ts";
import { claimAt, givenBack, type Lease, lengthened, raised, restored, take, tokenOfLease } from "./ledger.ts";
import { LedgerFile } from "./ledger-file.ts";

/** Shorter leases would end while a disk is slow. */
export const ARBITER_MIN_TTL_MS = 1_000;
/** Groups of one arbiter; names come over the network. */
export const MAX_GROUPS = 100;
/** Watches that wait at once; beyond, one is answered at once, and asks again. */
const MAX_WAITING = 200;

export interface ArbiterOptions {
  /** Its ledger. */
  readonly file: string;
  /** Monotonic, in milliseconds. Default: `performance.now()`. */
  readonly now?: () => number;
}

export interface ArbiterStatus {
  /** There is no second one that could decide while this one is gone. */
  readonly singleArbiter: true;
  readonly groups: readonly {
    readonly group: string;
    readonly holder: string | undefined;
    readonly token: string;
    readonly remainingMs: number;
  }[];
}

/** Decides alone who has the lease of a group. What it answers is on its disk before. */
export class Arbiter implements Disposable {
  readonly #file: LedgerFile;
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #leases = new Map<string, Lease>();
  readonly #waiting = new Set<() => void>();
  readonly #life = randomUUID();
  #changes = 0;
  #hasEnded = false;

  /** @throws FAILOVER_LEDGER_IN_USE, FAILOVER_LEDGER_UNUSABLE */
  constructor({ file, now = () => performance.now() }: ArbiterOptions) {
    this.#file = new LedgerFile(file);
    this.#now = now;
    this.#startedAt = now();
    for (const [name, entry] of this.#file.read()) this.#leases.set(name, restored(entry, this.#startedAt));
  }

  /** @throws FAILOVER_ARBITER_WAITS shortly after a start, for a group the arbiter has no record of. */
  acquire(name: string, holder: string, ttlMs: number): Acquired {
    checkLease(name, holder, ttlMs, ARBITER_MIN_TTL_MS);
    const before = this.#lease(name);
    const taking = take(before, holder, ttlMs, this.#now(), this.#startedAt);
    if (taking.kind === "waits") throw waits(name, taking.leftMs);
    if (taking.kind === "held") return taking;
    const { lease } = taking;
    if (before === undefined || lease.epoch !== before.epoch || lease.ttlMs !== before.ttlMs) this.#write(name, lease);
    this.#set(name, lease);
    return { kind: "granted", grant: { name, holder, token: tokenOfLease(lease), ttlMs } };
  }

  renew(grant: Pick<Grant, "name" | "holder" | "token">): "renewed" | "lost" {
    const lease = lengthened(this.#lease(grant.name), grant, this.#now());
    if (lease === undefined) return "lost";
    this.#leases.set(grant.name, lease);
    return "renewed";
  }

  release(grant: Pick<Grant, "name" | "holder" | "token">): void {
    const lease = givenBack(this.#lease(grant.name), grant);
    if (lease === undefined) return;
    this.#write(grant.name, lease);
    this.#set(grant.name, lease);
  }

  read(name: string): LeaseHolder | undefined {
    return claimAt(this.#lease(name), this.#now());
  }

  raiseFloor(name: string, above: bigint): number {
    checkName("group", name);
    const lease = raised(this.#lease(name), above);
    this.#write(name, lease);
    this.#set(name, lease);
    return lease.incarnation;
  }

  /** Changes whenever the lease may have changed hands, also by a restart of the arbiter. */
  version(name: string): string {
    return [this.#life, this.#changes, claimAt(this.#leases.get(name), this.#now())?.token ?? "none"].join(".");
  }

  /** Resolves when the version is another one, at the latest when the signal aborts. */
  async changed(name: string, version: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.version(name) === version && this.#waiting.size < MAX_WAITING) {
      await this.#nextChange(name, signal);
    }
  }

  status(): ArbiterStatus {
    const now = this.#now();
    const groups = [...this.#leases].map(([group, lease]) => ({
      group,
      holder: claimAt(lease, now)?.holder,
      token: tokenOfLease(lease).toString(),
      remainingMs: Math.round(lease.holder === undefined ? 0 : Math.max(0, lease.untilMs - now)),
    }));
    return { singleArbiter: true, groups };
  }

  [Symbol.dispose](): void {
    this.#hasEnded = true;
    this.#changes++;
    for (const wake of this.#waiting) wake();
    this.#file[Symbol.dispose]();
  }

  /** The ledger is free for another arbiter after the end of this one, so that what still comes in here may not be told of any lease. */
  #lease(name: string): Lease | undefined {
    if (!this.#hasEnded) return this.#leases.get(name);
    throw failoverError(
      "FAILOVER_CLOSED",
      "This arbiter has ended. Ask again: another one, or its next start, answers.",
    );
  }

  #write(name: string, lease: Lease): void {
    if (!this.#leases.has(name) && this.#leases.size >= MAX_GROUPS) {
      throw failoverError(
        "FAILOVER_OPTIONS_INVALID",
        `This arbiter has ${MAX_GROUPS} groups, and takes no more. Correct the name of the group, or run another arbiter.`,
      );
    }
    this.#file.write(name, lease);
  }

  #set(name: string, lease: Lease): void {
    this.#leases.set(name, lease);
    this.#changes++;
    for (const wake of this.#waiting) wake();
  }

  /** Of any group, or the end of this one's lease. */
  async #nextChange(name: string, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    this.#waiting.add(wake);
    signal.addEventListener("abort", wake, { once: true });
    const endsAt = this.read(name) && this.#leases.get(name)?.untilMs;
    const timer = endsAt === undefined ? undefined : setTimeout(wake, Math.ceil(endsAt - this.#now()));
    await promise;
    clearTimeout(timer);
    signal.removeEventListener("abort", wake);
    this.#waiting.delete(wake);
  }
}

function waits(name: string, leftMs: number) {
  return failoverError(
    "FAILOVER_ARBITER_WAITS",
    `The arbiter has just started and has no record of the group ${name}: its file may be new or lost. It gives the first lease in ${Math.ceil(leftMs)} ms, when none from before can last. Ask again then.`,
  );
}
