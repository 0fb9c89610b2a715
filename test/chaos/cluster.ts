import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CHILD_ENV } from "../fixtures/child-env.ts";
import { type Cast, castOf, NODES, type Node, setClock, switchoverProgram } from "./cast.ts";
import type { Engine } from "./engines.ts";
import type { GateKind } from "./gates.ts";
import { type Happening, History, type WithoutTime } from "./history.ts";
import { type Inner, InnerProcess } from "./inner-process.ts";
import { Network } from "./network.ts";
import { Process, type Program, type Victim } from "./process.ts";
import { pulse } from "./pulse.ts";

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
  /** Of each node. Default: our proxy. */
  readonly gates?: Cast["gates"];
}

export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));
const FOLDER = "mcp-ops-chaos-";
/** Only to end a run that never will be: on a machine that is busy enough, leases are lost for a while. */
const CALM_MS = 120_000;

/** Two nodes, each with a server, a gate before it and a sidecar; their store; a client; and the sink to which all of it leads. */
export class Cluster implements AsyncDisposable {
  readonly engine: Engine;
  readonly ttlMs: number;
  readonly network: Network;
  readonly history: History;
  readonly folder: string;
  readonly #options: ClusterOptions;
  readonly #processes = new Map<string, Victim>();
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
    sweep();
    this.folder = mkdtempSync(join(tmpdir(), `${FOLDER}${process.pid}-`));
    // PostgreSQL, which is not root, passes through it.
    chmodSync(this.folder, 0o711);
    this.history = new History(options.historyFile ?? join(this.folder, "history.jsonl"));
    this.#pulse = pulse(this.history);
    this.network = new Network([...NODES, ...options.engine.hosts, "sink", "client"]);
    process.once("exit", this.#remove);
  }

  /** What keeps the server of a node from changing anything. */
  gate(node: Node): GateKind {
    return this.#cast.gates[node];
  }

  process(name: string): Victim {
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
    setClock(this.folder, node, seconds);
  }

  /** Has the lease handed over; settles when the agent has answered. */
  async switchover(leader: Node, candidate: Node): Promise<void> {
    const program = switchoverProgram(this.#cast, leader, candidate);
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
      if (said !== "primary,standby" || leader === undefined || !this.#isKnown(leader)) return false;
      return news.some((one) => one.what === "accepted" && one.node === leader);
    }, CALM_MS);
  }

  /** What the processes said last. */
  lastWords(): string {
    return [...this.#processes.values()].map(({ name, lastWords }) => `--- ${name}\n${lastWords}`).join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#pulse);
    await Promise.all([...this.#processes.values(), ...this.#passing].map((one) => one.kill()));
    process.off("exit", this.#remove);
    this.#remove();
  }

  /** Also when this process ends in the midst of it: it kills what runs in the namespaces. */
  readonly #remove = (): void => {
    this.network[Symbol.dispose]();
    rmSync(this.folder, { recursive: true, force: true });
  };

  /** The other node has heard from the store that this one leads: by some stores' rules it could not take over before a whole lease after that. */
  #isKnown(leader: Node): boolean {
    const last = this.history.happenings.findLast((one) => one.what === "knows" && one.node !== leader);
    return last?.what === "knows" && last.primary === leader;
  }

  #pages(): ReadonlyMap<string, string> {
    const pages = new Map<string, string>();
    for (const one of this.history.happenings) if (one.what === "page") pages.set(one.node, one.page);
    return pages;
  }

  async #start(): Promise<void> {
    const store = this.engine.programs(this.#cast).map((program) => this.#add(program));
    await Promise.all(store.map((one) => one.start()));
    await Promise.all(castOf(this.#cast).map((program) => this.#add(program).start()));
  }

  #add(one: Program | Inner): Victim {
    const victim = "inside" in one ? this.#inner(one) : new Process(one, (...words) => this.network.within(...words));
    this.#processes.set(one.name, victim);
    return victim;
  }

  #inner(one: Inner): Victim {
    return new InnerProcess(one, this.process(one.inside) as Process);
  }

  get #cast(): Cast {
    const { root = ROOT, watchMs = 50, isTimed = false, gates = { a: "proxy", b: "proxy" } } = this.#options;
    const command = join(root, "packages/cli/bin/mcp-ops.js");
    const env = { ...CHILD_ENV, HOME: this.folder, NODE_NO_WARNINGS: "1" };
    const { network, folder, engine, ttlMs } = this;
    const place = { network, folder, command, env, root };
    return { ...place, engine, ttlMs, watchMs, isTimed, gates, onHappening: this.#hear };
  }

  /** What a process of ours says of what it saw. */
  readonly #hear = (happening: WithoutTime<Happening>): void => this.history.add(happening);
}

/** Folders of runs that were killed themselves. */
function sweep(): void {
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith(FOLDER));
  for (const name of left) {
    const pid = name.slice(FOLDER.length).split("-")[0] ?? "";
    if (/^\d+$/.test(pid) && !existsSync(`/proc/${pid}`))
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}
