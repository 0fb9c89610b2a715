import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../../testing/free-port.ts";

export type NodeName = "a" | "b";
export const NODES: readonly NodeName[] = ["a", "b"];

/** How long a lease lives: short, so that nobody has to wait, and long enough for two busy cores. */
export const TTL_MS = 2_000;

/** What one node of the pair runs on. */
export interface NodeFiles {
  readonly config: string;
  /** Of its server. */
  readonly port: number;
  /** The listener `probes` of its sidecar, as `host:port`. */
  readonly probes: string;
  /** The runtime folder, in which its server registers. */
  readonly run: string;
}

export interface PairFiles {
  /** Of the arbiter, which is a duty of the sidecar of the demo. */
  readonly arbiterPort: number;
  readonly nodes: Readonly<Record<NodeName, NodeFiles>>;
}

/** The section of the sidecar that is neither node: it gives the lease. */
export function arbiterSection(port: number): string {
  return `
# Gives the lease to one node of the pair at a time.
arbiter:
  listen: 127.0.0.1:${port}
  file: arbiter.db
  nodes: { a: { file: pair/a/token }, b: { file: pair/b/token } }
`;
}

/** Writes them into the folder of the demo. */
export async function writePair(folder: string): Promise<PairFiles> {
  const arbiterPort = await freePort();
  const [a, b] = [await writeNode(folder, "a", arbiterPort), await writeNode(folder, "b", arbiterPort)];
  return { arbiterPort, nodes: { a, b } };
}

async function writeNode(folder: string, node: NodeName, arbiterPort: number): Promise<NodeFiles> {
  const own = join(folder, "pair", node);
  const [port, probes, run] = [await freePort(), `127.0.0.1:${await freePort()}`, join(own, "run")];
  const files = { config: join(own, "mcp-ops.yaml"), port, probes, run };
  await mkdir(run, { recursive: true, mode: 0o700 });
  await writeFile(join(own, "token"), randomBytes(16).toString("hex"), { mode: 0o600 });
  await writeFile(files.config, configOf(node, own, files, arbiterPort));
  return files;
}

function configOf(node: NodeName, folder: string, { port, probes }: NodeFiles, arbiterPort: number): string {
  return `# One of two nodes. Who leads: npx mcp-ops failover status --config <this file>, while the demo runs.
state: { file: sidecar.db }
probes: { listen: "${probes}" }
admin: { listen: ${JSON.stringify(join(folder, "admin.sock"))} }
fleet: { folder: run }
failover:
  group: booking-desk
  node: ${node}
  store: { kind: embedded, url: "http://127.0.0.1:${arbiterPort}", token: { file: token } }
  # Far shorter than the defaults, which are 10 seconds.
  timing: { ttlMs: ${TTL_MS}, holdMs: 0, coolDownMs: 500, pollEveryMs: 100 }
  server: { url: "http://127.0.0.1:${port}/mcp", everyMs: 200, expectedTools: [book] }
  history: { folder: history }
`;
}
