import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Child } from "../../examples/testing/child.ts";

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
  const child = new Child("demo/main.ts", { args: ["--port", "0"] });
  try {
    const probes = new URL(await child.says(/^sidecar +(\S+)/)).host;
    const folder = dirname(await child.says(/^config +(\S+)/));
    const nodes = ["a", "b"].map((name) => nodeIn(folder, name));
    return {
      probes,
      nodes,
      async [Symbol.asyncDispose]() {
        await child[Symbol.asyncDispose]();
        if (child.stderrLines.length > 0) throw new Error(`The demo complained: ${child.stderrLines.join("\n")}`);
      },
    };
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
}

function nodeIn(folder: string, name: string): DemoNode {
  const config = readFileSync(join(folder, "pair", name, "mcp-ops.yaml"), "utf8");
  const [, probes = ""] = /^probes: \{ listen: "(.+)" \}$/m.exec(config) ?? [];
  const [, server = ""] = /^ {2}server: \{ url: "(.+?)"/m.exec(config) ?? [];
  return { name, server, probes };
}
