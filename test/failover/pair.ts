/** Two watched servers in processes of their own, with sidecars and an arbiter, that write to one sink: what load balancers stand in front of. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { admitRequest, fencedSink } from "@mcp-ops/kit";
import { vi } from "vitest";
import { CHILD_ENV } from "../fixtures/child-env.ts";
import { freePort } from "../fixtures/free-port.ts";
import { House, PATIENCE, Running } from "../sidecar/house.ts";
import { Group } from "./group.ts";

const REPLICA = fileURLToPath(new URL("fixtures/replica.ts", import.meta.url));

/** Long enough for calls that are under way to end in half of it, while others use the same cores. */
export const PAIR_TTL_MS = 6_000;

/** One of the two nodes. */
export interface Replica {
  readonly name: string;
  readonly port: number;
  readonly probesPort: number;
  server: Running | undefined;
}

/** What one writes to who may write. It takes no token that is older than the newest it has seen. */
interface Sink extends AsyncDisposable {
  readonly url: string;
  /** Ids of calls, as often as they were written. */
  readonly written: string[];
}

async function openSink(file: string): Promise<Sink> {
  const sink = fencedSink({ file });
  const written: string[] = [];
  const server = createServer((request, response) => {
    if (!admitRequest(sink, request, response)) return;
    written.push(String(request.headers["x-call"]));
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    written,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

export class Pair implements AsyncDisposable {
  readonly #rest = new AsyncDisposableStack();
  readonly group: Group;
  readonly house: House;
  readonly replicas: readonly [Replica, Replica];
  readonly #sink: Sink;

  private constructor(group: Group, house: House, sink: Sink, replicas: readonly [Replica, Replica]) {
    this.group = group;
    this.house = house;
    this.#sink = sink;
    this.replicas = replicas;
    for (const part of [house, sink, group]) this.#rest.use(part);
    this.#rest.defer(async () => {
      for (const { server } of replicas) await server?.[Symbol.asyncDispose]();
    });
  }

  static async open(): Promise<Pair> {
    const group = await Group.lasting(PAIR_TTL_MS, "a", "b");
    const house = new House();
    const sink = await openSink(join(house.folder, "highest-token"));
    const replica = async (name: string): Promise<Replica> => ({
      name,
      port: await freePort(),
      probesPort: await freePort(),
      server: undefined,
    });
    const pair = new Pair(group, house, sink, [await replica("a"), await replica("b")]);
    try {
      await pair.start("a");
      await group.member("a").untilPage("/primary", 200);
      await pair.start("b");
      await group.member("b").untilPage("/standby", 200);
      return pair;
    } catch (error) {
      await pair[Symbol.asyncDispose]();
      throw error;
    }
  }

  get written(): readonly string[] {
    return this.#sink.written;
  }

  replica(name: string): Replica {
    const found = this.replicas.find((one) => one.name === name);
    if (found === undefined) throw new Error(`There is no ${name}.`);
    return found;
  }

  /** `--follow` of the proxy. */
  followed(path: string) {
    return this.replicas.map(({ name, port, probesPort }) => ({
      name,
      url: `http://127.0.0.1:${port}${path}`,
      roleUrl: `http://127.0.0.1:${probesPort}`,
    }));
  }

  /** Starts a node, its server and its sidecar, or starts it again. */
  async start(name: string): Promise<void> {
    const replica = this.replica(name);
    const { port, probesPort } = replica;
    const args = [REPLICA, name, String(port), `http://127.0.0.1:${probesPort}`, this.#sink.url];
    replica.server = new Running(args, { ...CHILD_ENV, NODE_NO_WARNINGS: "1" }, this.house.folder);
    await replica.server.says();
    const server = `server: { url: "http://127.0.0.1:${port}/mcp", expectedTools: [write], everyMs: 300, timeoutMs: 3000, failures: 3, of: 4, passes: 1 }`;
    await this.group.start(name, [server], { MCP_OPS_PROBES__LISTEN: `127.0.0.1:${probesPort}` });
  }

  /** The node that leads now. */
  async leader(): Promise<string> {
    for (const { name } of this.replicas) {
      const { daemon } = this.group.member(name);
      if (daemon?.child.exitCode !== null || daemon.child.signalCode !== null) continue;
      if ((await this.group.member(name).page("/primary")).status === 200) return name;
    }
    throw new Error("Nobody leads.");
  }

  other(name: string): string {
    return name === "a" ? "b" : "a";
  }

  /** Hands over in order, and gives who leads then. */
  async switchOver(): Promise<string> {
    const leader = await vi.waitFor(() => this.leader(), PATIENCE);
    const candidate = this.other(leader);
    await this.group.member(candidate).untilView({ role: "standby", reasons: [], primary: { node: leader } });
    const body = { leader, candidate };
    const { status } = await this.group.member(leader).api("/api/v1/failover/switchover", { method: "POST", body });
    // On a machine that is busy the candidate may miss its turn, and the old leader applies again.
    if (status === 503) return this.switchOver();
    if (status !== 200 && status !== 202) throw new Error(`The switchover was answered with ${status}.`);
    return vi.waitFor(() => this.leader(), PATIENCE);
  }

  /** Server and sidecar of the leader die together, as in a crash of their machine. */
  async crash(): Promise<string> {
    const leader = await this.leader();
    const { daemon } = this.group.member(leader);
    const { server } = this.replica(leader);
    daemon?.child.kill("SIGKILL");
    server?.child.kill("SIGKILL");
    await Promise.all([daemon?.ended, server?.ended]);
    return leader;
  }

  /** Ends the leader in order: first its sidecar, which gives the lease back, then its server. */
  async end(): Promise<string> {
    const leader = await this.leader();
    await this.group.stop(leader);
    const { server } = this.replica(leader);
    server?.child.kill("SIGTERM");
    await server?.ended;
    return leader;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rest.disposeAsync();
  }
}
