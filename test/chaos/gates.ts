import { join } from "node:path";
import { Chance } from "../fixtures/chance.ts";
import type { Cast, Node } from "./cast.ts";
import type { Happening } from "./history.ts";
import type { Inner } from "./inner-process.ts";
import type { Program } from "./process.ts";

/** What keeps a server from changing anything: in front of one over HTTP, or beside one over stdio, which `mcp-ops serve` then offers. */
export type GateKind = "proxy" | "serve" | "wrap";

const KINDS: readonly GateKind[] = ["proxy", "serve", "wrap"];
export const AGENT = "http://127.0.0.1:9465";
const SERVER_PORT = "3001";
const SERVER = "server.ts";
const ROLE = ["--role-url", AGENT, "--read-tools", "look", "--reads", "serve-stale", "--ops-listen", "off"];

/** A gate of any kind for each node, by a seed. */
export function anyGates(seed: number): Cast["gates"] {
  const chance = new Chance(seed);
  return { a: chance.one(KINDS), b: chance.one(KINDS) };
}

/** Whether a server that has ended is started again at the next call: then nobody need take over. */
export function startsAgain(kind: GateKind): boolean {
  return kind !== "proxy";
}

interface Place {
  readonly address: string;
  readonly port: number;
  readonly sink: string;
  readonly env: Program["env"];
}

/** The server of a node, and the gate in front of it. */
export function gated(cast: Cast, node: Node, kind: GateKind, place: Place): readonly (Program | Inner)[] {
  const { address, port, sink, env } = place;
  const where = ["--listen", `${address}:${port}`, "--host", address, "--json"];
  const run = (args: readonly string[], more: Partial<Program> = {}): Program => {
    const whole = [cast.command, ...args];
    return { name: `gate of ${node}`, host: node, program: process.execPath, args: whole, env, says: true, ...more };
  };
  if (kind === "proxy") {
    const upstream = ["--upstream", `http://127.0.0.1:${SERVER_PORT}/mcp`, "--drain", "1"];
    const server = actor(cast, `server of ${node}`, node, SERVER, SERVER_PORT, node, sink);
    return [run(["proxy", ...upstream, ...where, ...ROLE]), server];
  }
  const server = [process.execPath, actorFile(cast, SERVER), "stdio", node, sink];
  const wrapped = [process.execPath, cast.command, "wrap", ...ROLE, "--", ...server];
  const served = kind === "serve" ? [...ROLE, "--", ...server] : ["--ops-listen", "off", "--", ...wrapped];
  const isPart = ([, file = ""]: readonly string[]) => file === cast.command;
  const isIt = ([, file = ""]: readonly string[]) => file.endsWith(SERVER);
  const gate = run(["serve", ...where, ...served], { isPart, onLine: hearing(cast) });
  return [gate, { name: `server of ${node}`, inside: gate.name, isIt }];
}

/** A program of ours that says what it sees. */
export function actor(cast: Cast, name: string, host: string, file: string, ...args: readonly string[]): Program {
  const words = [actorFile(cast, file), ...args];
  const onLine = hearing(cast);
  return { name, host, program: process.execPath, args: words, env: cast.env, says: true, onLine };
}

function actorFile({ root }: Cast, file: string): string {
  return join(root, "test/chaos/actors", file);
}

/** Among what others say on the same stream. */
function hearing({ onHappening }: Cast): (line: string) => void {
  return (line) => {
    if (!line.startsWith('{"at":')) return;
    const said = JSON.parse(line) as Happening | { readonly what: "ready" };
    if (said.what !== "ready") onHappening(said);
  };
}
