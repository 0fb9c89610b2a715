/** What the demo, where all is well in the end, does not show: two nodes of which one brings the other up to date, and beside the first, servers of which much is wrong. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openSignKey, publicKeyOf } from "@mcp-ops/backup";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { expect, vi } from "vitest";
import { Group, type Member } from "../failover/group.ts";
import { type House, PATIENCE, type Running } from "../sidecar/house.ts";

const COMMAND = fileURLToPath(new URL("../../packages/cli/bin/mcp-ops.js", import.meta.url));
const UNSTEADY = fileURLToPath(new URL("fixtures/unsteady-server.mjs", import.meta.url));
const CARELESS = new URL("fixtures/careless-server.ts", import.meta.url);

const PRICES = {
  currency: "EUR",
  versions: [{ name: "made-up", prices: { cpuCoreHour: 0.03, memoryGiBHour: 0.004, call: 0.01 } }],
};

export class CarelessGroup implements AsyncDisposable {
  readonly #rest = new AsyncDisposableStack();
  /** The listeners `probes` of its two sidecars, as `host:port`. */
  readonly probes: readonly string[];

  private constructor(rest: AsyncDisposableStack, probes: readonly string[]) {
    this.#rest = rest;
    this.probes = probes;
  }

  static async open(): Promise<CarelessGroup> {
    await using rest = new AsyncDisposableStack();
    const group = rest.use(await Group.open("a", "b"));
    const [a, b] = [group.member("a"), group.member("b")];
    const keys = new Map([a, b].map(({ name, house }) => [name, dataIn(house)]));
    group.sections = (name) => `${backupSection(keys.get(name === "a" ? "b" : "a"))}${name === "a" ? COST : ""}`;
    await group.start("a");
    await a.untilPage("/primary", 200);
    const sync = `sync: { set: notes, everyMs: 500, trustedKeys: ["${keys.get("a")}"] }`;
    await Promise.all([group.start("b", [sync]), serversIn(a)]);
    // What was saved before a led is nothing to go by.
    await a.api("/api/v1/backups/notes/run", { method: "POST" });
    const probes = [a, b].map(({ probes }) => new URL(probes).host);
    return new CarelessGroup(rest.move(), probes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rest.disposeAsync();
  }
}

const COST = `
cost:
  everyMs: 1000
  prices: prices.yaml
  budgets: { careless: { server: careless, period: day, limit: "0.05", hard: true } }
`;

/** Gives the public key of its backups. */
function dataIn({ folder }: House): string {
  mkdirSync(join(folder, "data"));
  writeFileSync(join(folder, "data", "notes.txt"), "Notes.");
  writeFileSync(join(folder, "prices.yaml"), JSON.stringify(PRICES));
  return publicKeyOf(openSignKey(join(folder, "backup.key")));
}

/** A set that never ran runs at once. */
function backupSection(trusted = ""): string {
  return `
backup:
  sets:
    notes:
      sources: [{ path: data, name: data }]
      signKey: backup.key
      trustedKeys: ["${trusted}"]
      schedule: "0 0 1 1 *"
      offer: true
`;
}

async function serversIn(a: Member): Promise<void> {
  const { house } = a;
  await house.child(CARELESS, []);
  const options = ["--name", "unsteady", "--restart", "--max-message-size", "10000"];
  misuse(house.running([COMMAND, "wrap", ...options, "--", process.execPath, UNSTEADY]));
  const serve = ["serve", "--listen", "0", "--name", "sessions", "--json"];
  const served = house.running([COMMAND, ...serve, "--", process.execPath, UNSTEADY]);
  const { url } = JSON.parse(await served.says()) as { url: string };
  await visit(url);
  // Last: a server that starts takes the registrations of the dead away.
  await killed(a);
}

/** A server that its sidecar has seen, and that is there no more. */
async function killed(member: Member): Promise<void> {
  const { child } = await member.house.server("dead");
  const isSeen = async () => expect((await member.page("/metrics")).body).toContain('mcp_ops_fleet_up{server="dead"');
  await vi.waitFor(isSeen, PATIENCE);
  child.kill("SIGKILL");
}

/** A stranger is turned away, tools come and go, an answer is too long, and at last the server dies. */
function misuse({ child }: Running): void {
  let id = 0;
  const ask = (method: string, params: object = {}) => {
    child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params })}\n`);
  };
  const greet = (name: string) => {
    ask("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name, version: "1.0.0" } });
  };
  greet("a stranger");
  greet("a friend");
  child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" })}\n`);
  for (const method of ["tools/list", "tools/list"]) ask(method);
  for (const name of ["short", "long", "end", "short"]) ask("tools/call", { name });
}

/** A session that comes to its end. */
async function visit(url: string): Promise<void> {
  const client = new Client({ name: "visitor", version: "1.0.0" });
  const transport = new StreamableHTTPClientTransport(new URL(url));
  await client.connect(transport as Transport);
  await client.callTool({ name: "short" });
  await transport.terminateSession();
  await client.close();
}
