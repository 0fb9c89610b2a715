import type { Acquired, CallOptions, Grant, LeaseHolder, LeaseStore } from "../lease-store.ts";
import { incarnationAbove, tokenOf } from "../token.ts";
import { unreachable } from "./ask.ts";
import { KubernetesApi, type KubernetesOptions, type LeaseObject } from "./kubernetes-api.ts";
import { checkLease, checkName } from "./limits.ts";
import { Observations } from "./observation.ts";

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
  /** Our own leases, by group and holder: until when they last, from the time before the request that lengthened them. */
  readonly #ours = new Map<string, { readonly token: bigint; readonly untilMs: number }>();

  constructor(options: KubernetesOptions, now: () => number) {
    this.#api = new KubernetesApi(options);
    this.#now = now;
    this.#others = new Observations(now);
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
          ? renewed(found, ttlMs)
          : taken(name, holder, ttlMs, found);
      const written = await this.#api.write(next, options);
      if (written === undefined) continue;
      const token = tokenIn(written);
      this.#ours.set(keyOf(name, holder), { token, untilMs: begun + ttlMs });
      return { kind: "granted", grant: { name, holder, token, ttlMs } };
    }
    throw unreachable(
      "The API server of Kubernetes",
      new Error("the lease changed hands while it was asked for, several times"),
    );
  }

  async renew(grant: Grant, options: CallOptions): Promise<"renewed" | "lost"> {
    const begun = this.#now();
    if (!this.#lasts(grant, begun)) return "lost";
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const found = await this.#api.get(grant.name, options);
      if (found === undefined || !isOf(found, grant)) return "lost";
      if ((await this.#api.write(renewed(found, grant.ttlMs), options)) === undefined) continue;
      this.#ours.set(keyOf(grant.name, grant.holder), { token: grant.token, untilMs: begun + grant.ttlMs });
      return "renewed";
    }
    throw unreachable("The API server of Kubernetes", new Error("the lease object is written by others all the time"));
  }

  async release(grant: Grant, options: CallOptions): Promise<void> {
    if (this.#lasts(grant, this.#now())) this.#ours.delete(keyOf(grant.name, grant.holder));
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const found = await this.#api.get(grant.name, options);
      if (found === undefined || !isOf(found, grant)) return;
      const free = { ...found, spec: { ...found.spec, holderIdentity: "", renewTime: microTime() } };
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

  #lasts({ name, holder, token }: Grant, now: number): boolean {
    const ours = this.#ours.get(keyOf(name, holder));
    return ours !== undefined && ours.token === token && ours.untilMs > now;
  }

  /** Ours, and not known to have ended: what another life of this holder took is taken up. */
  #isStillOurs(found: LeaseObject, holder: string): boolean {
    if (found.spec?.holderIdentity !== holder) return false;
    const ours = this.#ours.get(keyOf(found.metadata.name, holder));
    return ours?.token === tokenIn(found) ? ours.untilMs > this.#now() : this.#isHeld(found, 0);
  }
}

function taken(name: string, holder: string, ttlMs: number, found: LeaseObject | undefined): LeaseObject {
  const { annotations, ...metadata } = found?.metadata ?? { name };
  return {
    metadata: { ...metadata, annotations: { ...annotations, [TOKEN_INCARNATION]: String(floorOf(found)) } },
    spec: {
      ...timesOf(ttlMs),
      holderIdentity: holder,
      acquireTime: microTime(),
      leaseTransitions: (found?.spec?.leaseTransitions ?? 0) + 1,
    },
  };
}

function renewed(found: LeaseObject, ttlMs: number): LeaseObject {
  return { ...found, spec: { ...found.spec, ...timesOf(ttlMs) } };
}

/** The time of day is for people and for other programs; we never read it. */
function timesOf(ttlMs: number) {
  return { leaseDurationSeconds: Math.ceil(ttlMs / 1000), renewTime: microTime() };
}

function microTime(): string {
  return new Date().toISOString().replace("Z", "000Z");
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

function keyOf(name: string, holder: string): string {
  return `${name} ${holder}`;
}
