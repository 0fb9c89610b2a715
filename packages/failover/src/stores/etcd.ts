import type { Acquired, CallOptions, Grant, LeaseHolder, LeaseStore } from "../lease-store.ts";
import { counterOf, incarnationAbove, tokenOf } from "../token.ts";
import { unreachable } from "./ask.ts";
import { type EtcdAnswer, EtcdGateway, type EtcdKeyValue, type EtcdOptions } from "./etcd-gateway.ts";
import { checkLease, checkName } from "./limits.ts";

/** etcd lengthens what is shorter: half as long again as its election timeout, in whole seconds. */
const MIN_TTL_MS = 2_000;
const DEFAULT_PREFIX = "/mcp-ops/failover/";
/** How often a race that was lost is looked at again within one call. */
const MAX_TRIES = 3;
/** To open a watch. */
const WATCH_TIMEOUT_MS = 5_000;

/**
 * Leases in etcd 3.4 or later, over its JSON gateway. The counter of a token is the revision that created the key; the key hangs on a lease
 * of etcd's and goes with it.
 */
export function etcdStore(options: EtcdOptions): LeaseStore {
  return new EtcdStore(options);
}

/** The key of a group as it is now. */
interface Entry {
  readonly holder: string;
  readonly incarnation: number;
  readonly counter: bigint;
  readonly leaseId: string;
}

interface Floor {
  readonly incarnation: number;
  /** 0 where there is none. */
  readonly revision: string;
}

class EtcdStore implements LeaseStore {
  readonly kind = "etcd";
  readonly caps = { minTtlMs: MIN_TTL_MS, singleArbiter: false };
  readonly #gateway: EtcdGateway;
  readonly #prefix: string;

  constructor(options: EtcdOptions) {
    this.#gateway = new EtcdGateway(options);
    this.#prefix = options.prefix ?? DEFAULT_PREFIX;
  }

  async acquire(name: string, holder: string, ttlMs: number, options: CallOptions): Promise<Acquired> {
    checkLease(name, holder, ttlMs, MIN_TTL_MS);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { entry, floor } = await this.#look(name, options);
      if (entry !== undefined && entry.holder !== holder) return { kind: "held", by: holderOf(entry) };
      const grant =
        entry === undefined
          ? await this.#take(name, holder, ttlMs, floor, options)
          : await this.#again(name, entry, ttlMs, options);
      if (grant !== undefined) return { kind: "granted", grant };
    }
    throw unreachable("etcd", new Error("the lease changed hands while it was asked for, several times"));
  }

  /**
   * A keepalive alone proves nothing: a member that does not know yet that it lost its leadership answers it, too. Whether the leader of that
   * term still had a majority afterwards is shown by a linearizable read of the same term; and only that read says `lost`.
   */
  async renew(grant: Grant, options: CallOptions): Promise<"renewed" | "lost"> {
    const kept = await this.#gateway.ask("/v3/lease/keepalive", { ID: grant.handle }, options);
    const seen = await this.#look(grant.name, options);
    if (seen.entry === undefined || !isOf(seen.entry, grant)) return "lost";
    if (kept?.body.TTL !== undefined && kept.term === seen.term) return "renewed";
    throw unreachable("etcd", new Error("its leader changed during the renewal"));
  }

  async release(grant: Grant, options: CallOptions): Promise<void> {
    const key = this.#leaseKey(grant.name);
    const isOurs = [
      { key, target: "CREATE", createRevision: counterOf(grant.token).toString() },
      { key, target: "LEASE", lease: grant.handle },
    ];
    const body = { compare: isOurs, success: [{ requestDeleteRange: { key } }] };
    const answer = await this.#gateway.ask("/v3/kv/txn", body, options);
    if (answer?.body.succeeded === true) await this.#revoke(grant.handle, options);
  }

  async read(name: string, options: CallOptions): Promise<LeaseHolder | undefined> {
    const { entry } = await this.#look(name, options);
    return entry && holderOf(entry);
  }

  async raiseFloor(name: string, above: bigint, options: CallOptions): Promise<number> {
    checkName("group", name);
    const key = this.#floorKey(name);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { floor, entry } = await this.#look(name, options);
      const incarnation = incarnationAbove(Math.max(floor.incarnation, entry?.incarnation ?? 0), above);
      const body = {
        compare: [{ key, target: "MOD", modRevision: floor.revision }],
        success: [{ requestPut: { key, value: base64(String(incarnation)) } }],
      };
      const answer = await this.#gateway.ask("/v3/kv/txn", body, options);
      if (answer?.body.succeeded === true) return incarnation;
    }
    throw unreachable("etcd", new Error("another raised the floor at the same time. Try again"));
  }

  async *watch(name: string, signal: AbortSignal): AsyncGenerator<void> {
    const body = { create_request: { key: this.#leaseKey(name) } };
    try {
      for await (const line of this.#gateway.stream("/v3/watch", body, signal, WATCH_TIMEOUT_MS)) {
        const { result, error } = line as { result?: { canceled?: boolean }; error?: { message?: string } };
        if (result === undefined || result.canceled) throw new Error(error?.message ?? "the watch was cancelled");
        // The first line says that the watch stands: what happened before it is to be read.
        yield;
      }
    } catch (cause) {
      if (!signal.aborted) throw unreachable("etcd", cause);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #look(name: string, options: CallOptions) {
    const keys = [this.#leaseKey(name), this.#floorKey(name)];
    const answer = await this.#ask("/v3/kv/txn", { success: keys.map((key) => ({ requestRange: { key } })) }, options);
    const [lease, floor] = (answer.body.responses ?? []).map(({ response_range }) => response_range?.kvs?.[0]);
    return { entry: lease && entryOf(lease), floor: floorOf(floor), term: answer.term };
  }

  /**
   * Undefined when another was faster. The lease that was made for it is left to end by itself then, and never revoked: an endpoint that did not
   * answer may have hung the key on it all the same, and a revocation that comes late would end what this holder leads with by then.
   */
  async #take(
    name: string,
    holder: string,
    ttlMs: number,
    floor: Floor,
    options: CallOptions,
  ): Promise<Grant | undefined> {
    const seconds = Math.ceil(ttlMs / 1000);
    const { body } = await this.#ask("/v3/lease/grant", { TTL: String(seconds) }, options);
    const handle = body.ID;
    // A key without a lease would never end.
    if (typeof handle !== "string") throw unreachable("etcd", new Error("it gave a lease without an id"));
    const key = this.#leaseKey(name);
    const compare = [
      { key, target: "CREATE", createRevision: "0" },
      { key: this.#floorKey(name), target: "MOD", modRevision: floor.revision },
    ];
    const value = base64(JSON.stringify({ holder, incarnation: floor.incarnation }));
    const put = { compare, success: [{ requestPut: { key, value, lease: handle } }] };
    const answer = await this.#gateway.ask("/v3/kv/txn", put, options);
    if (answer?.body.succeeded !== true) return undefined;
    return { name, holder, token: tokenOf(floor.incarnation, answer.revision), ttlMs, handle };
  }

  /** The lease this holder has already; undefined when it has just ended. */
  async #again(name: string, entry: Entry, ttlMs: number, options: CallOptions): Promise<Grant | undefined> {
    const grant = {
      name,
      holder: entry.holder,
      token: tokenOf(entry.incarnation, entry.counter),
      ttlMs,
      handle: entry.leaseId,
    };
    if ((await this.renew(grant, options)) === "lost") return undefined;
    const left = await this.#gateway.ask("/v3/lease/timetolive", { ID: entry.leaseId }, options);
    const grantedMs = Number((left?.body as { grantedTTL?: string } | undefined)?.grantedTTL ?? 0) * 1000;
    if (grantedMs >= ttlMs) return grant;
    // It was taken for a shorter time than is wanted now.
    await this.release(grant, options);
    return undefined;
  }

  async #ask(path: string, body: object, options: CallOptions): Promise<EtcdAnswer> {
    const answer = await this.#gateway.ask(path, body, options);
    if (answer === undefined) throw unreachable("etcd", new Error(`no answer to ${path}`));
    return answer;
  }

  /** A lease that hangs on nothing ends by itself, so a revocation may fail. */
  async #revoke(leaseId: string | undefined, options: CallOptions): Promise<void> {
    await this.#gateway.ask("/v3/lease/revoke", { ID: leaseId }, options).catch(() => {});
  }

  #leaseKey(name: string): string {
    return base64(`${this.#prefix}${name}/lease`);
  }

  #floorKey(name: string): string {
    return base64(`${this.#prefix}${name}/incarnation`);
  }
}

function entryOf({ value = "", create_revision, lease = "0" }: EtcdKeyValue): Entry {
  const { holder, incarnation } = JSON.parse(plain(value)) as { holder: string; incarnation: number };
  return { holder, incarnation, counter: BigInt(create_revision), leaseId: lease };
}

function floorOf(found: EtcdKeyValue | undefined): Floor {
  if (found === undefined) return { incarnation: 0, revision: "0" };
  return { incarnation: Number(plain(found.value ?? "")), revision: found.mod_revision };
}

function isOf(entry: Entry, { token, holder, handle }: Grant): boolean {
  return tokenOf(entry.incarnation, entry.counter) === token && entry.holder === holder && entry.leaseId === handle;
}

function holderOf({ holder, incarnation, counter }: Entry): LeaseHolder {
  return { holder, token: tokenOf(incarnation, counter) };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function plain(text: string): string {
  return Buffer.from(text, "base64").toString("utf8");
}
