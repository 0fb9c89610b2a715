import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Engine, type Place, postgresUrl, TOKEN_OF } from "./engines.ts";
import { type Happening, History } from "./history.ts";
import { Network } from "./network.ts";
import { Process, type Program } from "./process.ts";

export const NODES = ["a", "b"] as const;
export type Node = (typeof NODES)[number];

export interface ClusterOptions {
  readonly engine: Engine;
  readonly ttlMs?: number;
  /** Where the packages are that are run; another place holds a changed copy. */
  readonly root?: string;
  /** Where the history is kept; without it, it goes with the rest. */
  readonly historyFile?: string | undefined;
  /** Between two questions of the witnesses. */
  readonly watchMs?: number;
  /** The witnesses ask for no role: whoever does has to confirm, and makes handing over slower. */
  readonly isTimed?: boolean;
}

export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));
const FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
export const hasFaketime: boolean = existsSync(FAKETIME);
const ADMIN_TOKEN = "a-token-of-this-cluster-only";
/** How often and how long the server is probed, in a run. */
export const PROBE = { everyMs: 200, timeoutMs: 500, failures: 2 } as const;
export const POLL_MS = 100;
const AGENT = "http://127.0.0.1:9465";
const SERVER_PORT = "3001";
const GATE_PORT = 3000;
const CALM_MS = 30_000;
const PULSE_MS = 20;
/** Later than that, a timer was not late by chance. */
const STALL_MS = 50;

/** Two nodes, each with a server, a gate before it and a sidecar; their store; a client; and the sink to which all of it leads. */
export class Cluster implements AsyncDisposable {
  readonly engine: Engine;
  readonly ttlMs: number;
  readonly network: Network;
  readonly history: History;
  readonly folder: string;
  readonly #options: ClusterOptions;
  readonly #processes = new Map<string, Process>();
  readonly #passing = new Set<Process>();
  readonly #pulse: NodeJS.Timeout;

  static async open(options: ClusterOptions): Promise<Cluster> {
    const cluster = new Cluster(options);
    try {
      await cluster.#start();
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(options: ClusterOptions) {
    this.#options = options;
    this.engine = options.engine;
    this.ttlMs = options.ttlMs ?? options.engine.ttlMs;
    this.folder = mkdtempSync(join(tmpdir(), "mcp-ops-chaos-"));
    // PostgreSQL, which is not root, passes through it.
    chmodSync(this.folder, 0o711);
    this.history = new History(options.historyFile ?? join(this.folder, "history.jsonl"));
    this.#pulse = pulse(this.history);
    this.network = new Network([...NODES, ...options.engine.hosts, "sink", "client"]);
  }

  process(name: string): Process {
    const found = this.#processes.get(name);
    if (found === undefined) throw new Error(`Nothing here is called ${name}.`);
    return found;
  }

  /** Which node has said last, at its pages, that it leads. */
  leader(): Node | undefined {
    const pages = this.#pages();
    return NODES.find((node) => pages.get(node) === "primary");
  }

  /** The largest token with which anybody believed to lead, or wrote. */
  highestToken(): bigint {
    let highest = 0n;
    for (const one of this.history.happenings) {
      if ((one.what === "believed" || one.what === "accepted") && BigInt(one.token) > highest)
        highest = BigInt(one.token);
    }
    return highest;
  }

  /** The wall clock of the processes of a node, so far from the machine's. */
  setClock(node: Node, seconds: number): void {
    writeFileSync(this.#clockFile(node), `${seconds < 0 ? "" : "+"}${seconds}`);
  }

  /** Has the lease handed over; settles when the agent has answered. */
  async switchover(leader: Node, candidate: Node): Promise<void> {
    const admin = `http://${this.network.addressOf(leader)}:9466`;
    const words = [admin, ADMIN_TOKEN, leader, candidate];
    const program = this.#actor("switchover", leader, "switchover.ts", ...words);
    const asking = new Process(program, (...command) => this.network.within(...command));
    await asking.start();
    this.#passing.add(asking);
    const code = await asking.ended();
    this.#passing.delete(asking);
    if (code !== 0) throw new Error(`The switchover was refused:\n${asking.lastWords}`);
  }

  /** Everything as it was at the beginning; it does not wait until somebody leads. */
  async mend(): Promise<void> {
    this.network.mend();
    // Of what was frozen nothing is asked before all of it is thawed.
    const mended = await Promise.allSettled([...this.#processes.values()].map((one) => one.mend()));
    const failed = mended.find((one) => one.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** One node leads, the other could, and a write that began now has been done. */
  async calm(): Promise<boolean> {
    const from = this.history.happenings.length;
    return this.history.until(() => {
      const pages = this.#pages();
      const said = [...pages.values()].sort().join();
      const leader = this.leader();
      const news = this.history.happenings.slice(from);
      return said === "primary,standby" && news.some((one) => one.what === "accepted" && one.node === leader);
    }, CALM_MS);
  }

  /** What the processes said last. */
  lastWords(): string {
    return [...this.#processes.values()].map(({ name, lastWords }) => `--- ${name}\n${lastWords}`).join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#pulse);
    await Promise.all([...this.#processes.values(), ...this.#passing].map((one) => one.kill()));
    this.network[Symbol.dispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #pages(): ReadonlyMap<string, string> {
    const pages = new Map<string, string>();
    for (const one of this.history.happenings) if (one.what === "page") pages.set(one.node, one.page);
    return pages;
  }

  async #start(): Promise<void> {
    const store = this.engine.programs(this.#place).map((program) => this.#add(program));
    await Promise.all(store.map((one) => one.start()));
    const others = [this.#sink(), ...NODES.flatMap((node) => this.#node(node)), this.#client()];
    await Promise.all(others.map((program) => this.#add(program).start()));
  }

  #add(program: Program): Process {
    const process = new Process(program, (...words) => this.network.within(...words));
    this.#processes.set(program.name, process);
    return process;
  }

  get #root(): string {
    return this.#options.root ?? ROOT;
  }

  get #place(): Place {
    const env = { PATH: process.env.PATH ?? "", HOME: this.folder, NODE_NO_WARNINGS: "1" };
    return { network: this.network, folder: this.folder, command: this.#command, env };
  }

  get #command(): string {
    return join(this.#root, "packages/cli/bin/mcp-ops.js");
  }

  #clockFile(node: Node): string {
    return join(this.folder, `clock-of-${node}`);
  }

  #envOf(node: Node): Readonly<Record<string, string>> {
    const folders = { XDG_STATE_HOME: join(this.folder, node), MCP_OPS_RUNTIME_DIR: join(this.folder, `${node}.run`) };
    if (!hasFaketime) return { ...this.#place.env, ...folders };
    this.setClock(node, 0);
    const fake = { FAKETIME_TIMESTAMP_FILE: this.#clockFile(node), FAKETIME_NO_CACHE: "1", DONT_FAKE_MONOTONIC: "1" };
    return { ...this.#place.env, ...folders, ...fake, LD_PRELOAD: FAKETIME };
  }

  /** What a process of ours says of what it saw. */
  readonly #hear = (line: string): void => {
    if (!line.startsWith("{")) return;
    const said = JSON.parse(line) as Happening | { readonly what: "ready" };
    if (said.what !== "ready") this.history.add(said);
  };

  #actor(name: string, host: string, file: string, ...args: string[]): Program {
    const path = join(this.#root, "test/chaos/actors", file);
    const env = this.#place.env;
    return { name, host, program: process.execPath, args: [path, ...args], env, says: true, onLine: this.#hear };
  }

  #sink(): Program {
    return this.#actor("sink", "sink", "sink.ts", this.network.addressOf("sink"), "4000", join(this.folder, "epoch"));
  }

  #client(): Program {
    const urls = NODES.map((node) => `${node}=http://${this.network.addressOf(node)}:${GATE_PORT}/mcp`);
    return this.#actor("client", "client", "writer.ts", this.#options.isTimed ? "10" : "25", ...urls);
  }

  #node(node: Node): readonly Program[] {
    const watchMs = String(this.#options.watchMs ?? 50);
    const sink = `http://${this.network.addressOf("sink")}:4000`;
    const server = this.#actor(`server of ${node}`, node, "server.ts", SERVER_PORT, node, sink);
    const believes = this.#options.isTimed ? "no" : "yes";
    const witness = this.#actor(`witness of ${node}`, node, "witness.ts", AGENT, node, watchMs, believes);
    return [this.#agent(node), this.#gate(node), server, witness];
  }

  #gate(node: Node): Program {
    const at = this.network.addressOf(node);
    const where = ["--upstream", `http://127.0.0.1:${SERVER_PORT}/mcp`, "--listen", `${at}:${GATE_PORT}`, "--host", at];
    const role = ["--role-url", AGENT, "--read-tools", "look", "--reads", "serve-stale"];
    const args = [this.#command, "proxy", ...where, ...role, "--ops-listen", "off", "--drain", "1", "--json"];
    return { name: `gate of ${node}`, host: node, program: process.execPath, args, env: this.#envOf(node), says: true };
  }

  #agent(node: Node): Program {
    const config = join(this.folder, `${node}.yaml`);
    writeFileSync(config, this.#configOf(node));
    const own = { ADMIN_TOKEN, ARBITER_TOKEN: TOKEN_OF(node), POSTGRES_URL: postgresUrl(this.network) };
    return {
      name: `agent of ${node}`,
      host: node,
      program: process.execPath,
      args: [this.#command, "sidecar", "--json", "--config", config],
      env: { ...this.#envOf(node), ...own },
      says: true,
      onLine: (line) => this.#readRecord(node, line),
    };
  }

  /** The agent's log has each of its transitions. */
  #readRecord(node: Node, line: string): void {
    if (!line.includes('"to":"preparing"')) return;
    const { fencing } = JSON.parse(line) as { fencing: string };
    this.history.add({ what: "granted", node, token: fencing });
  }

  #configOf(node: Node): string {
    const at = this.network.addressOf(node);
    const other = NODES.find((one) => one !== node) as Node;
    const there = this.network.addressOf(other);
    const url = (address: string) => `http://${address}:${GATE_PORT}/mcp`;
    const timing = `ttlMs: ${this.ttlMs}, holdMs: 0, coolDownMs: 500, headStartMs: 1000, drainMs: 1000, pollEveryMs: ${POLL_MS}`;
    const probe = `everyMs: ${PROBE.everyMs}, timeoutMs: ${PROBE.timeoutMs}, failures: ${PROBE.failures}, of: ${PROBE.failures}, passes: 1`;
    return `admin: { listen: "${at}:9466", token: { env: ADMIN_TOKEN } }
probes: { listen: "${new URL(AGENT).host}" }
failover:
  group: chaos
  node: ${node}
  store: ${this.engine.store(this.#place, node)}
  timing: { ${timing} }
  server: { url: "${url(at)}", ${probe} }
  peers: { ${other}: { url: "http://${there}:9466", token: { env: ADMIN_TOKEN }, serverUrl: "${url(there)}" } }
`;
  }
}

/** Notices when this machine has no time for us: it is shared, and has few cores. */
function pulse(history: History): NodeJS.Timeout {
  let last = performance.now();
  return setInterval(() => {
    const late = performance.now() - last - PULSE_MS;
    last += late + PULSE_MS;
    if (late > STALL_MS) history.add({ what: "stalled", ms: Math.round(late) });
  }, PULSE_MS);
}
