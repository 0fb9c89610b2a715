import type { Acquired, CallOptions, Grant, LeaseHolder, LeaseStore } from "../lease-store.ts";
import { incarnationAbove, tokenOf } from "../token.ts";
import { unreachable } from "./ask.ts";
import { KubernetesApi, type KubernetesOptions, type LeaseObject } from "./kubernetes-api.ts";
import { checkLease, checkName } from "./limits.ts";
import { Observations } from "./observation.ts";
import { OwnLeases } from "./own-leases.ts";

/** The API counts in whole seconds. */
const MIN_TTL_MS = 1_000;
const MAX_TRIES = 3;
/** What the next taker counts under, and what the token of the holder counts under. */
const FLOOR = "mcp-ops/incarnation";
const TOKEN_INCARNATION = "mcp-ops/token-incarnation";

/**
 * Leases as Lease objects of Kubernetes. The API has no clock for them: each node judges by its own how long a record has not changed, and
 * never trusts a time of day that stands in it. The counter of a token is `leaseTransitions`.
 */
export function kubernetesStore(options: KubernetesOptions, now: () => number = () => performance.now()): LeaseStore {
  return new KubernetesStore(options, now);
}

class KubernetesStore implements LeaseStore {
  readonly kind = "kubernetes";
  readonly caps = { minTtlMs: MIN_TTL_MS, singleArbiter: false };
  readonly #api: KubernetesApi;
  readonly #others: Observations;
  readonly #now: () => number;
  readonly #ours: OwnLeases;
  #writes = 0;

  constructor(options: KubernetesOptions, now: () => number) {
    this.#api = new KubernetesApi(options);
    this.#now = now;
    this.#others = new Observations(now);
    this.#ours = new OwnLeases(now);
  }

  async acquire(name: string, holder: string, ttlMs: number, options: CallOptions): Promise<Acquired> {
    checkLease(name, holder, ttlMs, MIN_TTL_MS);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const found = await this.#api.get(name, options);
      if (found !== undefined && this.#isHeld(found, ttlMs) && found.spec?.holderIdentity !== holder) {
        return { kind: "held", by: holderOf(found) };
      }
      const begun = this.#now();
      const next =
        found !== undefined && this.#isStillOurs(found, holder)
          ? renewed(found, ttlMs, this.#time())
          : taken(name, holder, ttlMs, found, this.#time());
      const written = await this.#api.write(next, options);
      if (written === undefined) continue;
      const grant = { name, holder, token: tokenIn(written), ttlMs };
      this.#ours.keep(grant, begun + ttlMs);
      return { kind: "granted", grant };
    }
    throw unreachable(
      "The API server of Kubernetes",
      new Error("the lease changed hands while it was asked for, several times"),
    );
  }

  async renew(grant: Grant, options: CallOptions): Promise<"renewed" | "lost"> {
    const begun = this.#now();
    if (!this.#ours.lasts(grant)) return "lost";
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const found = await this.#api.get(grant.name, options);
      if (found === undefined || !isOf(found, grant)) return "lost";
      if ((await this.#api.write(renewed(found, grant.ttlMs, this.#time()), options)) === undefined) continue;
      this.#ours.keep(grant, begun + grant.ttlMs);
      return "renewed";
    }
    throw unreachable("The API server of Kubernetes", new Error("the lease object is written by others all the time"));
  }

  async release(grant: Grant, options: CallOptions): Promise<void> {
    this.#ours.forget(grant);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const found = await this.#api.get(grant.name, options);
      if (found === undefined || !isOf(found, grant)) return;
      const free = { ...found, spec: { ...found.spec, holderIdentity: "", renewTime: this.#time() } };
      if ((await this.#api.write(free, options)) !== undefined) return;
    }
  }

  async read(name: string, options: CallOptions): Promise<LeaseHolder | undefined> {
    const found = await this.#api.get(name, options);
    return found === undefined || !this.#isHeld(found, 0) ? undefined : holderOf(found);
  }

  async raiseFloor(name: string, above: bigint, options: CallOptions): Promise<number> {
    checkName("group", name);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const found = await this.#api.get(name, options);
      const { annotations, ...metadata } = found?.metadata ?? { name };
      const incarnation = incarnationAbove(floorOf(found), above);
      const next = {
        metadata: { ...metadata, annotations: { ...annotations, [FLOOR]: String(incarnation) } },
        spec: found?.spec ?? {},
      };
      if ((await this.#api.write(next, options)) !== undefined) return incarnation;
    }
    throw unreachable("The API server of Kubernetes", new Error("the lease object is written by others all the time"));
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** Whether its holder may still believe in it: until the longer of the two times has passed here without a change. */
  #isHeld({ metadata, spec = {} }: LeaseObject, ttlMs: number): boolean {
    if (!spec.holderIdentity) return false;
    const unchangedMs = this.#others.unchangedMs(metadata.name, JSON.stringify(spec));
    return unchangedMs < Math.max(ttlMs, (spec.leaseDurationSeconds ?? 0) * 1000);
  }

  /** Ours, and not known to have ended: what another life of this holder took is taken up. */
  #isStillOurs(found: LeaseObject, holder: string): boolean {
    if (found.spec?.holderIdentity !== holder) return false;
    const claim = { name: found.metadata.name, holder, token: tokenIn(found) };
    return this.#ours.lasts(claim) || (!this.#ours.isOver(claim) && this.#isHeld(found, 0));
  }

  /**
   * A time of day, for people and for other programs; we never read it. Each one is another, even while the clock stands still or goes back: it is by
   * the change of the record that others see a renewal.
   */
  #time(): string {
    const count = String(this.#writes++ % 1_000).padStart(3, "0");
    return new Date().toISOString().replace("Z", `${count}Z`);
  }
}

function taken(name: string, holder: string, ttlMs: number, found: LeaseObject | undefined, time: string): LeaseObject {
  const { annotations, ...metadata } = found?.metadata ?? { name };
  return {
    metadata: { ...metadata, annotations: { ...annotations, [TOKEN_INCARNATION]: String(floorOf(found)) } },
    spec: {
      ...timesOf(ttlMs, time),
      holderIdentity: holder,
      acquireTime: time,
      leaseTransitions: (found?.spec?.leaseTransitions ?? 0) + 1,
    },
  };
}

function renewed(found: LeaseObject, ttlMs: number, time: string): LeaseObject {
  return { ...found, spec: { ...found.spec, ...timesOf(ttlMs, time) } };
}

function timesOf(ttlMs: number, time: string) {
  return { leaseDurationSeconds: Math.ceil(ttlMs / 1000), renewTime: time };
}

function floorOf(found: LeaseObject | undefined): number {
  return Number(found?.metadata.annotations?.[FLOOR] ?? 0);
}

function tokenIn({ metadata, spec }: LeaseObject): bigint {
  return tokenOf(Number(metadata.annotations?.[TOKEN_INCARNATION] ?? 0), BigInt(spec?.leaseTransitions ?? 0));
}

function isOf(found: LeaseObject, { holder, token }: Grant): boolean {
  return found.spec?.holderIdentity === holder && tokenIn(found) === token;
}

function holderOf(found: LeaseObject): LeaseHolder {
  return { holder: found.spec?.holderIdentity ?? "", token: tokenIn(found) };
}
