import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Engine, type Place, postgresUrl, TOKEN_OF } from "./engines.ts";
import { AGENT, actor, type GateKind, gated } from "./gates.ts";
import type { Happening, WithoutTime } from "./history.ts";
import type { Inner } from "./inner-process.ts";
import type { Program } from "./process.ts";

/** What the programs of a run are made with. */
export interface Cast extends Place {
  /** Where the packages and actors lie. */
  readonly root: string;
  readonly engine: Engine;
  readonly ttlMs: number;
  readonly watchMs: number;
  readonly isTimed: boolean;
  readonly gates: Readonly<Record<Node, GateKind>>;
  readonly onHappening: (happening: WithoutTime<Happening>) => void;
}

export const NODES = ["a", "b"] as const;
export type Node = (typeof NODES)[number];

/** How often and how long the server is probed, in a run. */
export const PROBE = { everyMs: 200, timeoutMs: 500, failures: 2 } as const;
export const POLL_MS = 100;
const FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
export const hasFaketime: boolean = existsSync(FAKETIME);
const ADMIN_TOKEN = "a-token-of-this-cluster-only";
const ADMIN_PORT = 9466;
const SINK_PORT = "4000";
const GATE_PORT = 3000;

/** Everything but the store. */
export function castOf(cast: Cast): readonly (Program | Inner)[] {
  const { network, folder } = cast;
  const sink = actor(cast, "sink", "sink", "sink.ts", network.addressOf("sink"), SINK_PORT, join(folder, "epoch"));
  const urls = NODES.map((node) => `${node}=${serverUrl(cast, node)}`);
  const client = actor(cast, "client", "client", "writer.ts", cast.isTimed ? "10" : "25", ...urls);
  return [sink, ...NODES.flatMap((node) => nodeOf(cast, node)), client];
}

/** Asks for one switchover, and ends. */
export function switchoverProgram(cast: Cast, leader: Node, candidate: Node): Program {
  const admin = `http://${cast.network.addressOf(leader)}:${ADMIN_PORT}`;
  return actor(cast, "switchover", leader, "switchover.ts", admin, ADMIN_TOKEN, leader, candidate);
}

/** The wall clock of the processes of a node, so far from the machine's. */
export function setClock(folder: string, node: Node, seconds: number): void {
  writeFileSync(clockFile(folder, node), `${seconds < 0 ? "" : "+"}${seconds}`);
}

function clockFile(folder: string, node: Node): string {
  return join(folder, `clock-of-${node}`);
}

function serverUrl({ network }: Cast, node: Node): string {
  return `http://${network.addressOf(node)}:${GATE_PORT}/mcp`;
}

function nodeOf(cast: Cast, node: Node): readonly (Program | Inner)[] {
  const sink = `http://${cast.network.addressOf("sink")}:${SINK_PORT}`;
  const believes = cast.isTimed ? "no" : "yes";
  const watching = [AGENT, node, String(cast.watchMs), believes];
  const place = { address: cast.network.addressOf(node), port: GATE_PORT, sink, env: envOf(cast, node) };
  return [
    agentOf(cast, node),
    ...gated(cast, node, cast.gates[node], place),
    actor(cast, `witness of ${node}`, node, "witness.ts", ...watching),
  ];
}

function agentOf(cast: Cast, node: Node): Program {
  const config = join(cast.folder, `${node}.yaml`);
  writeFileSync(config, configOf(cast, node));
  const own = { ADMIN_TOKEN, ARBITER_TOKEN: TOKEN_OF(node), POSTGRES_URL: postgresUrl(cast.network) };
  // The agent's log has each of its transitions.
  const onLine = (line: string) => {
    if (!line.startsWith("{")) return;
    const { from, to, why, fencing } = JSON.parse(line) as Readonly<Record<"from" | "to" | "why" | "fencing", string>>;
    if (to === "preparing" && from !== to && fencing !== undefined)
      cast.onHappening({ what: "granted", node, token: fencing });
    if (why === "tilt") cast.onHappening({ what: "tilted", node });
  };
  const args = [cast.command, "sidecar", "--json", "--config", config];
  const env = { ...envOf(cast, node), ...own };
  return { name: `agent of ${node}`, host: node, program: process.execPath, args, env, says: true, onLine };
}

function envOf({ env, folder }: Cast, node: Node): Readonly<Record<string, string>> {
  const folders = { XDG_STATE_HOME: join(folder, node), MCP_OPS_RUNTIME_DIR: join(folder, `${node}.run`) };
  if (!hasFaketime) return { ...env, ...folders };
  setClock(folder, node, 0);
  const file = clockFile(folder, node);
  const fake = { FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: "1", DONT_FAKE_MONOTONIC: "1" };
  return { ...env, ...folders, ...fake, LD_PRELOAD: FAKETIME };
}

function configOf(cast: Cast, node: Node): string {
  const at = cast.network.addressOf(node);
  const other = NODES.find((one) => one !== node) as Node;
  const there = `http://${cast.network.addressOf(other)}:${ADMIN_PORT}`;
  const timing = `ttlMs: ${cast.ttlMs}, holdMs: 0, coolDownMs: 500, headStartMs: 1000, drainMs: 1000, pollEveryMs: ${POLL_MS}`;
  const probe = `everyMs: ${PROBE.everyMs}, timeoutMs: ${PROBE.timeoutMs}, failures: ${PROBE.failures}, of: ${PROBE.failures}, passes: 1`;
  return `admin: { listen: "${at}:${ADMIN_PORT}", token: { env: ADMIN_TOKEN } }
probes: { listen: "${new URL(AGENT).host}" }
failover:
  group: chaos
  node: ${node}
  store: ${cast.engine.store(cast, node)}
  timing: { ${timing} }
  server: { url: "${serverUrl(cast, node)}", ${probe} }
  peers: { ${other}: { url: "${there}", token: { env: ADMIN_TOKEN }, serverUrl: "${serverUrl(cast, other)}" } }
`;
}
