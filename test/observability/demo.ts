import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { Running } from "../sidecar/house.ts";

const DEMO = fileURLToPath(new URL("../../examples/demo/main.ts", import.meta.url));
const PATIENCE = { timeout: 60_000, interval: 50 };

/** One node of the demo's pair. */
export interface DemoNode {
  readonly name: string;
  /** Its MCP server. */
  readonly server: string;
  /** The listener `probes` of its sidecar, as `host:port`. */
  readonly probes: string;
}

/** The demo, as `npm start` runs it. */
export interface Demo extends AsyncDisposable {
  /** The listener `probes` of its sidecar, as `host:port`. */
  readonly probes: string;
  readonly nodes: readonly DemoNode[];
}

/** Resolves when its sidecar listens: then its story has not begun. */
export async function startDemo(): Promise<Demo> {
  const running = new Running([DEMO, "--port", "0"], { PATH: process.env.PATH ?? "" }, dirname(DEMO));
  try {
    const probes = new URL(await said(running, /^sidecar +(\S+)/)).host;
    const folder = dirname(await said(running, /^config +(\S+)/));
    const nodes = ["a", "b"].map((name) => nodeIn(folder, name));
    return { probes, nodes, [Symbol.asyncDispose]: () => end(running) };
  } catch (error) {
    await end(running);
    throw error;
  }
}

/** In order: it has a dozen processes to end. */
async function end({ child, ended, err }: Running): Promise<void> {
  child.kill("SIGTERM");
  await ended;
  if (err.length > 0) throw new Error(`The demo complained: ${err.join("\n")}`);
}

/** What the first group matches in the first such line. */
async function said({ out, err }: Running, pattern: RegExp): Promise<string> {
  return vi.waitFor(() => {
    const [, found] = out.map((line) => pattern.exec(line)).find((match) => match !== null) ?? [];
    if (found === undefined) throw new Error(`The demo did not say ${pattern}. It said: ${err.join("\n")}`);
    return found;
  }, PATIENCE);
}

function nodeIn(folder: string, name: string): DemoNode {
  const config = readFileSync(join(folder, "pair", name, "mcp-ops.yaml"), "utf8");
  const [, probes = ""] = /^probes: \{ listen: "(.+)" \}$/m.exec(config) ?? [];
  const [, server = ""] = /^ {2}server: \{ url: "(.+?)"/m.exec(config) ?? [];
  return { name, server, probes };
}
