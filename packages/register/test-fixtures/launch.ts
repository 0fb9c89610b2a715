import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseRegistration, type Registration } from "@mcp-ops/formats";
import { vi } from "vitest";

const register = new URL("../src/index.ts", import.meta.url).href;

/** How Node is started so that the package under test watches the host. */
export const WATCHED: readonly string[] = ["--import", register];

/** A runtime folder of one test. */
export class RuntimeFolder implements Disposable {
  readonly #parent: string = mkdtempSync(join(tmpdir(), "ops-"));
  readonly path: string = join(this.#parent, "run");

  names(): readonly string[] {
    try {
      return readdirSync(this.path).sort();
    } catch {
      return [];
    }
  }

  registrations(): readonly Registration[] {
    const files = this.names().filter((name) => name.endsWith(".json"));
    return files.map((name) => parseRegistration(readFileSync(join(this.path, name), "utf8")));
  }

  /** The registrations once there are as many as expected. */
  async registered(count: number): Promise<readonly Registration[]> {
    return vi.waitFor(() => {
      const found = this.registrations();
      if (found.length !== count) throw new Error(`${found.length} registrations, not ${count}: ${this.names()}`);
      return found;
    }, PATIENCE);
  }

  socketOf(registration: Registration): string {
    return join(this.path, registration.socket as string);
  }

  [Symbol.dispose](): void {
    rmSync(this.#parent, { recursive: true, force: true });
  }
}

export const PATIENCE: { timeout: number; interval: number } = { timeout: 60_000, interval: 20 };

export function fixture(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** What a child gets of our environment: nothing that would change what is tested. */
export function environment(folder: RuntimeFolder, more: Record<string, string> = {}): Record<string, string> {
  const { PATH = "", NODE_COMPILE_CACHE } = process.env;
  const ours = { PATH, ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }) };
  return { ...ours, MCP_OPS_RUNTIME_DIR: folder.path, ...more };
}

/** A host whose end we watch. */
export class Host implements AsyncDisposable {
  readonly child: ChildProcessWithoutNullStreams;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  readonly stdout: Promise<string>;
  readonly stderr: Promise<string>;

  constructor(name: string, env: Record<string, string>, nodeArguments: readonly string[] = WATCHED) {
    this.child = spawn(process.execPath, [...nodeArguments, fixture(name)], { env, stdio: "pipe" });
    this.exited = once(this.child, "exit").then(([code, signal]) => ({ code, signal }));
    this.stdout = text(this.child.stdout);
    this.stderr = text(this.child.stderr).catch(() => "not read to its end");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exited;
  }
}

/** What the ops endpoint on this socket shows under `path`. */
export async function read(socketPath: string, path = "/metrics"): Promise<string> {
  const [response] = await once(get({ socketPath, path }), "response");
  return text(response);
}
