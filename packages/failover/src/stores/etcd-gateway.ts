import { failoverError } from "../errors.ts";
import type { CallOptions } from "../lease-store.ts";
import {
  ask,
  type ClientTls,
  MAX_REPLY_BYTES,
  openStream,
  type Question,
  reasonOf,
  unreachable,
  urlOf,
} from "./ask.ts";

export interface EtcdOptions {
  /** URLs of the members' clients' ports, such as `https://etcd-1:2379`. */
  readonly endpoints: readonly string[];
  readonly tls?: ClientTls | undefined;
  /** Where etcd's own authentication is on. */
  readonly user?: { readonly name: string; readonly password: string } | undefined;
  /** Before the keys. Default: `/mcp-ops/failover/`. */
  readonly prefix?: string | undefined;
}

/** What every good answer of etcd begins with. */
export interface EtcdAnswer {
  readonly term: string;
  readonly revision: bigint;
  readonly body: EtcdBody;
}

/** As far as we read it. Numbers of 64 bits come as strings; members that are zero or false are left out. */
interface EtcdBody {
  readonly ID?: string;
  readonly TTL?: string;
  readonly succeeded?: boolean;
  readonly kvs?: readonly EtcdKeyValue[];
  readonly responses?: readonly { readonly response_range?: { readonly kvs?: readonly EtcdKeyValue[] } }[];
}

export interface EtcdKeyValue {
  readonly create_revision: string;
  readonly mod_revision: string;
  readonly value?: string;
  readonly lease?: string;
}

interface Header {
  readonly cluster_id?: string;
  readonly raft_term?: string;
  readonly revision?: string;
}

/** An error etcd itself answered, by its gRPC code. */
interface EtcdFault {
  readonly code?: number;
  readonly error?: string;
}

const NOT_FOUND = 5;
const INVALID_ARGUMENT = 3;
const PERMISSION_DENIED = 7;
const FAILED_PRECONDITION = 9;
const UNAUTHENTICATED = 16;
/** The second is said to a signed token (JWT) once any user or role of etcd was changed after it was given. */
const TOKEN_IS_OVER = /invalid auth token|revision of auth store is old/;

/** etcd's JSON gateway, at several endpoints: the one that answered last is asked first. */
export class EtcdGateway {
  readonly #endpoints: readonly URL[];
  readonly #options: EtcdOptions;
  #first = 0;
  /** Of the first good answer; whoever answers with another is not the store that gave our leases. */
  #cluster: string | undefined;
  #token: string | undefined;

  constructor(options: EtcdOptions) {
    if (options.endpoints.length === 0) {
      throw failoverError("FAILOVER_OPTIONS_INVALID", "etcd needs an endpoint at least, such as https://etcd-1:2379.");
    }
    this.#endpoints = options.endpoints.map((endpoint) => urlOf("An endpoint of etcd", endpoint));
    this.#options = options;
  }

  /** Undefined when etcd says that there is no such lease. Throws when no endpoint gave an answer. */
  async ask(path: string, body: object, options: CallOptions): Promise<EtcdAnswer | undefined> {
    return this.#each(options, async (endpoint, timeoutMs) => {
      const inTime = { ...options, timeoutMs };
      const first = await this.#askOne(endpoint, path, body, inTime);
      if (first.kind !== "stranger") return first.answer;
      this.#token = undefined;
      const again = await this.#askOne(endpoint, path, body, inTime);
      if (again.kind === "stranger") throw refused("does not take the token it has just given", endpoint);
      return again.answer;
    });
  }

  /** Lines of a stream, until the signal aborts. */
  async *stream(path: string, body: object, signal: AbortSignal, timeoutMs: number): AsyncGenerator<unknown> {
    const message = await this.#each({ timeoutMs, signal }, async (endpoint, inMs) => {
      const inTime = { timeoutMs: inMs, signal };
      const opened = await openStream(await this.#question(endpoint, path, body, inTime), inTime);
      if (opened.statusCode === 200) return opened;
      opened.destroy();
      this.#token = undefined;
      throw new Error(`${endpoint.host}: status ${opened.statusCode}`);
    });
    let rest = "";
    for await (const chunk of message.setEncoding("utf8") as AsyncIterable<string>) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > MAX_REPLY_BYTES) throw new Error(`a line is longer than ${MAX_REPLY_BYTES} bytes`);
      for (const line of lines) if (line !== "") yield JSON.parse(line);
    }
  }

  /** Each endpoint has its part of the time that is left, so that a frozen one cannot take it all. */
  async #each<T>(options: CallOptions, work: (endpoint: URL, timeoutMs: number) => Promise<T>): Promise<T> {
    const end = performance.now() + options.timeoutMs;
    const count = this.#endpoints.length;
    const faults: unknown[] = [];
    for (let tried = 0; tried < count && options.signal?.aborted !== true; tried++) {
      const index = (this.#first + tried) % count;
      const endpoint = this.#endpoints[index] as URL;
      try {
        const result = await work(endpoint, (end - performance.now()) / (count - tried));
        this.#first = index;
        return result;
      } catch (fault) {
        faults.push(fault);
      }
    }
    // Whoever is asked next may be one that works again.
    this.#first = (this.#first + 1) % count;
    const word = faults.find((fault) => (fault as { code?: string }).code === "FAILOVER_STORE_REFUSED");
    throw word ?? unreachable("etcd", faults.length === 1 ? faults[0] : new Error(faults.map(reasonOf).join("; ")));
  }

  async #askOne(endpoint: URL, path: string, body: object, options: CallOptions): Promise<Outcome> {
    const question = await this.#question(endpoint, path, body, options);
    const reply = await ask(question, options);
    if (reply.status === 200) return { kind: "answer", answer: this.#read(endpoint, reply.body) };
    const { code, error = "" } = (reply.body ?? {}) as EtcdFault;
    if (code === NOT_FOUND && error.includes("lease not found")) return { kind: "answer", answer: undefined };
    if (code === UNAUTHENTICATED || TOKEN_IS_OVER.test(error)) return { kind: "stranger", answer: undefined };
    throw faultOf(endpoint, reply.status, code, error);
  }

  async #question(endpoint: URL, path: string, body: object, options: CallOptions): Promise<Question> {
    const token = this.#options.user === undefined ? undefined : await this.#authenticate(endpoint, options);
    const headers: Record<string, string> = token === undefined ? {} : { Authorization: token };
    return { method: "POST", url: new URL(path, endpoint), headers, body, tls: this.#options.tls };
  }

  async #authenticate(endpoint: URL, options: CallOptions): Promise<string> {
    if (this.#token !== undefined) return this.#token;
    const { user, tls } = this.#options;
    const url = new URL("/v3/auth/authenticate", endpoint);
    const { status, body } = await ask({ method: "POST", url, body: user, tls }, options);
    const { token, code, error = "" } = (body ?? {}) as EtcdFault & { token?: string };
    if (status !== 200 || token === undefined) throw faultOf(endpoint, status, code, error);
    this.#token = token;
    return token;
  }

  #read(endpoint: URL, given: unknown): EtcdAnswer {
    const whole = given as { result?: EtcdBody & { header?: Header } } & EtcdBody & { header?: Header };
    const body = whole?.result ?? whole;
    const { cluster_id: cluster, raft_term: term, revision } = body?.header ?? {};
    if (cluster === undefined || term === undefined || revision === undefined) {
      throw new Error(`${endpoint.host} does not answer as etcd does`);
    }
    this.#cluster ??= cluster;
    if (cluster !== this.#cluster) {
      throw refused(
        "belongs to another cluster than the one this node knows. If etcd was restored or made anew, run `mcp-ops failover raise-floor` and restart this node; else correct the endpoints",
        endpoint,
      );
    }
    return { term, revision: BigInt(revision), body };
  }
}

interface Outcome {
  readonly kind: "answer" | "stranger";
  readonly answer: EtcdAnswer | undefined;
}

function faultOf(endpoint: URL, status: number, code: number | undefined, error: string): Error {
  if (code === PERMISSION_DENIED)
    return refused(
      "says `permission denied`. Give a `user` whose role has readwrite on the prefix of the keys",
      endpoint,
    );
  if (code === INVALID_ARGUMENT && /user name is empty|user name not found/.test(error)) {
    return refused("wants a user. Give `user`, with the name and password of one", endpoint);
  }
  if (code === INVALID_ARGUMENT && /authentication failed/.test(error))
    return refused("does not take the user or password. Correct them", endpoint);
  if (code === FAILED_PRECONDITION && /authentication is not enabled/.test(error)) {
    return refused("has authentication off. Leave `user` out, or run `etcdctl auth enable`", endpoint);
  }
  if (status === 400 && code === undefined) {
    return refused(
      "takes no such question over its gateway. Where it has both client certificates and users, the certificate must have no common name (CN)",
      endpoint,
    );
  }
  return new Error(`${endpoint.host}: status ${status}${error === "" ? "" : `, ${error.slice(0, 200)}`}`);
}

function refused(what: string, endpoint: URL) {
  return failoverError("FAILOVER_STORE_REFUSED", `etcd at ${endpoint.host} ${what}.`);
}
