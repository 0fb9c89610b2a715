import { ARBITER_MIN_TTL_MS } from "../arbiter/arbiter.ts";
import { type Answered, ARBITER_ANSWERS, ARBITER_PATH, type ArbiterVerb } from "../arbiter/wire.ts";
import { type FailoverErrorCode, failoverError } from "../errors.ts";
import type { Acquired, CallOptions, Grant, LeaseHolder, LeaseStore } from "../lease-store.ts";
import { ask, type ClientTls, unreachable, urlOf } from "./ask.ts";
import { checkLease, checkName } from "./limits.ts";

export interface EmbeddedOptions {
  /** Where the arbiter listens, such as `https://arbiter.example.com:9467`. */
  readonly url: string;
  /** This node's own. */
  readonly token: string;
  readonly tls?: ClientTls | undefined;
}

/** Longer than an arbiter lets a watch wait. */
const WATCH_TIMEOUT_MS = 30_000;

/** An arbiter that has no room for one more watch answers at once. */
const MIN_WATCH_MS = 500;

/** Leases from the arbiter in a sidecar. It is one process: while it is gone nobody can lead for longer than a ttl. */
export function embeddedStore(options: EmbeddedOptions): LeaseStore {
  return new EmbeddedStore(options);
}

class EmbeddedStore implements LeaseStore {
  readonly kind = "embedded";
  readonly caps = { minTtlMs: ARBITER_MIN_TTL_MS, singleArbiter: true };
  readonly #url: URL;
  readonly #options: EmbeddedOptions;

  constructor(options: EmbeddedOptions) {
    this.#url = urlOf("The address of an arbiter", options.url);
    this.#options = options;
  }

  async acquire(name: string, holder: string, ttlMs: number, options: CallOptions): Promise<Acquired> {
    checkLease(name, holder, ttlMs, ARBITER_MIN_TTL_MS);
    const answer = await this.#ask("acquire", { group: name, holder, ttlMs }, options);
    if (answer.kind === "held") return answer;
    return { kind: "granted", grant: { name, holder, token: answer.token, ttlMs } };
  }

  async renew(grant: Grant, options: CallOptions): Promise<"renewed" | "lost"> {
    return (await this.#ask("renew", claimOf(grant), options)).kind;
  }

  async release(grant: Grant, options: CallOptions): Promise<void> {
    await this.#ask("release", claimOf(grant), options);
  }

  async read(name: string, options: CallOptions): Promise<LeaseHolder | undefined> {
    return (await this.#ask("read", { group: name }, options)).by;
  }

  async raiseFloor(name: string, above: bigint, options: CallOptions): Promise<number> {
    checkName("group", name);
    const answer = await this.#ask("raise-floor", { group: name, above: above.toString() }, options);
    return answer.incarnation;
  }

  async *watch(name: string, signal: AbortSignal): AsyncGenerator<void> {
    let version = "";
    while (!signal.aborted) {
      const begun = performance.now();
      const asked = this.#ask("watch", { group: name, version }, { timeoutMs: WATCH_TIMEOUT_MS, signal });
      const answer = await asked.catch((error) => {
        if (!signal.aborted) throw error;
      });
      if (answer === undefined) return;
      const isNew = answer.version !== version;
      version = answer.version;
      if (isNew) yield;
      else if (performance.now() - begun < MIN_WATCH_MS) return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #ask<Verb extends ArbiterVerb>(verb: Verb, body: object, options: CallOptions): Promise<Answered<Verb>> {
    const { token, tls } = this.#options;
    const url = new URL(`${ARBITER_PATH}/${verb}`, this.#url);
    const question = { method: "POST", url, headers: { Authorization: `Bearer ${token}` }, body, tls } as const;
    const reply = await ask(question, options).catch((cause) => {
      throw unreachable("The arbiter", cause);
    });
    const answer = ARBITER_ANSWERS[verb].safeParse(reply.body);
    if (reply.status === 200 && answer.success) return answer.data as Answered<Verb>;
    throw refusalOf(reply.status, reply.body);
  }
}

/** The arbiter's own words where it gave any. */
function refusalOf(status: number, body: unknown): Error {
  const { code, message } = problemIn(body);
  if (status === 401) {
    return failoverError(
      "FAILOVER_STORE_REFUSED",
      "The arbiter does not know this node's token. Give the token that its config has for this node.",
    );
  }
  if (code?.startsWith("FAILOVER_") && message !== undefined) return failoverError(code as FailoverErrorCode, message);
  if (status === 403)
    return failoverError("FAILOVER_STORE_REFUSED", `The arbiter refused: ${message ?? "it gave no reason"}`);
  return unreachable("The arbiter", new Error(`status ${status}${message === undefined ? "" : `, ${message}`}`));
}

/** Whoever answers need not be an arbiter. */
function problemIn(body: unknown): { readonly code?: string | undefined; readonly message?: string | undefined } {
  const { code, message } = (body as { error?: { code?: unknown; message?: unknown } } | undefined)?.error ?? {};
  return {
    code: typeof code === "string" ? code : undefined,
    message: typeof message === "string" ? message.slice(0, 500) : undefined,
  };
}

function claimOf({ name, holder, token }: Grant): object {
  return { group: name, holder, token: token.toString() };
}
