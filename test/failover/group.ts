/** A group of nodes as operators run it: a sidecar each, in processes of their own, and one with the arbiter. */
import { readFileSync } from "node:fs";
import { expect, vi } from "vitest";
import { freePort } from "../fixtures/free-port.ts";
import { ask, bearer, type Reply } from "../sidecar/asking.ts";
import { type Daemon, House, PATIENCE } from "../sidecar/house.ts";

const TOKEN = "a-token-of-this-group-only";
/** Short enough for a test, long enough for two cores that are busier than they should be. */
export const TTL_MS = 3_000;
/** Where none ever has to run out: hardly any machine is so busy that it costs somebody this one. */
export const LONG_TTL_MS = 9_000;
function quick(ttlMs: number): string {
  return `timing: { ttlMs: ${ttlMs}, holdMs: 0, coolDownMs: 500, headStartMs: 1000, drainMs: ${ttlMs / 2}, pollEveryMs: 100 }`;
}

export interface Question {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly body?: object | string;
  readonly token?: string | undefined;
  readonly requestId?: string;
}

/** One node: where it lives, and how it is asked. */
export class Member {
  readonly house: House = new House();
  readonly name: string;
  readonly adminPort: number;
  daemon: Daemon | undefined;
  /** Who signed the certificate of its API, PEM; undefined where that has none. */
  ca: string | undefined;

  constructor(name: string, adminPort: number) {
    this.name = name;
    this.adminPort = adminPort;
  }

  get probes(): string {
    return this.#running.probes;
  }

  /** A page of the listener `probes`. */
  page(path: string, method = "GET"): Promise<Reply> {
    return ask(this.probes, path, { method });
  }

  async api(path: string, question: Question = {}) {
    const { method = "GET", body, requestId } = question;
    const token = "token" in question ? question.token : TOKEN;
    const headers = { ...(token && bearer(token).headers), ...(requestId && { "x-request-id": requestId }) };
    const tls = this.ca === undefined ? {} : { tls: { ca: this.ca } };
    const reply = await ask(this.#running.admin, path, { method, headers, ...(body && { body }), ...tls });
    return { status: reply.status, headers: reply.headers, body: JSON.parse(reply.body) as Record<string, unknown> };
  }

  /** What the agent says of itself. */
  async view(): Promise<Record<string, unknown>> {
    return (await this.api("/api/v1/failover")).body;
  }

  async untilView(view: object): Promise<void> {
    await vi.waitFor(async () => expect(await this.view()).toMatchObject(view), PATIENCE);
  }

  async untilPage(path: string, status: number): Promise<void> {
    await vi.waitFor(async () => expect(await this.page(path)).toMatchObject({ status }), PATIENCE);
  }

  get #running(): Daemon {
    if (this.daemon === undefined) throw new Error(`${this.name} does not run.`);
    return this.daemon;
  }
}

export class Group implements AsyncDisposable {
  readonly #rest = new AsyncDisposableStack();
  readonly #members = new Map<string, Member>();
  /** Other sections of a node's config. */
  sections: (name: string) => string = () => "";
  /** What `admin` and `peers` say of TLS, where that is used. */
  tls: { readonly cert: string; readonly key: string } | undefined;
  /** What all nodes have besides. */
  env: Readonly<Record<string, string>> = {};
  readonly #ttlMs: number;
  /** As it stands in the config of each node. */
  #store = "";

  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
  }

  static open(...names: readonly string[]): Promise<Group> {
    return Group.lasting(TTL_MS, ...names);
  }

  /** With leases that last so long. */
  static async lasting(ttlMs: number, ...names: readonly string[]): Promise<Group> {
    const group = new Group(ttlMs);
    await group.#open(names);
    await group.#openArbiter(names);
    return group;
  }

  /** With its lease in another store. */
  static async at(store: string, env: Readonly<Record<string, string>>, ...names: readonly string[]): Promise<Group> {
    const group = new Group(TTL_MS);
    await group.#open(names);
    group.#store = store;
    group.env = env;
    return group;
  }

  /** Of which the first node leads, and the second stands by; others have not been started. */
  static async led(ttlMs: number, ...names: readonly [string, string, ...string[]]): Promise<[Group, Member, Member]> {
    const [first, second] = names;
    const group = await Group.lasting(ttlMs, ...names);
    const leader = await group.start(first);
    await leader.untilPage("/primary", 200);
    const standby = await group.start(second);
    await standby.untilView({ primary: { node: first }, reasons: [] });
    return [group, leader, standby];
  }

  member(name: string): Member {
    const member = this.#members.get(name);
    if (member === undefined) throw new Error(`There is no ${name}.`);
    return member;
  }

  /** Starts a node, or starts it again; `more` are lines of its section. */
  async start(name: string, more: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Member> {
    const member = this.member(name);
    const config = this.config(name, more);
    member.daemon = await member.house.daemon(config, {
      MCP_OPS_ADMIN__LISTEN: `127.0.0.1:${member.adminPort}`,
      ...this.secretsOf(name),
      ...this.env,
      ...env,
    });
    member.ca = this.tls && readFileSync(this.tls.cert, "utf8");
    return member;
  }

  /** Gives a running node another section. */
  async change(name: string, more: readonly string[]): Promise<void> {
    const { house, daemon } = this.member(name);
    house.write(this.config(name, more));
    expect(await daemon?.hangUp()).toContain("read again");
  }

  async stop(name: string): Promise<void> {
    const { daemon } = this.member(name);
    daemon?.child.kill("SIGTERM");
    expect(await daemon?.ended).toBe(0);
  }

  /** The variables to which the references of a node's config lead. */
  secretsOf(name: string): Readonly<Record<string, string>> {
    return { ADMIN_TOKEN: TOKEN, ARBITER_TOKEN: tokenAtArbiter(name) };
  }

  config(name: string, more: readonly string[]): string {
    const others = [...this.#members.values()].filter((one) => one.name !== name);
    const [scheme, ca, tls] =
      this.tls === undefined
        ? ["http", "", ""]
        : ["https", `, ca: "${this.tls.cert}"`, `, tls: { cert: "${this.tls.cert}", key: "${this.tls.key}" }`];
    const peers = others.map(
      (one) =>
        `${one.name}: { url: "${scheme}://127.0.0.1:${one.adminPort}", token: { env: ADMIN_TOKEN }${ca}, serverUrl: "http://${one.name}.example/mcp" }`,
    );
    const lines = [
      "group: weather",
      `node: ${name}`,
      `store: ${this.#store}`,
      quick(this.#ttlMs),
      `peers: { ${peers.join(", ")} }`,
      ...more,
    ];
    return `admin: { listen: "127.0.0.1:${this.member(name).adminPort}", token: { env: ADMIN_TOKEN }${tls} }\nfailover:\n${lines.map((line) => `  ${line}\n`).join("")}${this.sections(name)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rest.disposeAsync();
  }

  async #open(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const member = new Member(name, await freePort());
      this.#rest.use(member.house);
      this.#members.set(name, member);
    }
  }

  async #openArbiter(names: readonly string[]): Promise<void> {
    const port = await freePort();
    const nodes = names.map((name) => `${name}: { env: TOKEN_OF_${name.toUpperCase()} }`);
    const tokens = names.map((name) => [`TOKEN_OF_${name.toUpperCase()}`, tokenAtArbiter(name)]);
    const config = `arbiter: { listen: "127.0.0.1:${port}", nodes: { ${nodes.join(", ")} } }\n`;
    await this.#rest.use(new House()).daemon(config, Object.fromEntries(tokens));
    this.#store = `{ kind: embedded, url: "http://127.0.0.1:${port}", token: { env: ARBITER_TOKEN } }`;
  }
}

function tokenAtArbiter(node: string): string {
  return `the-token-of-${node}-at-the-arbiter`;
}
