import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseRegistration } from "@mcp-ops/formats";
import { vi } from "vitest";

const MCP_OPS = fileURLToPath(new URL("../../packages/cli/bin/mcp-ops.js", import.meta.url));
const PYTHON_SERVER = fileURLToPath(new URL("fixtures/server.py", import.meta.url));

export const python = (...habits: string[]): string[] => ["python3", PYTHON_SERVER, ...habits];
export const wrapped = (server: readonly string[], ...options: string[]): string[] => [
  process.execPath,
  MCP_OPS,
  "wrap",
  ...options,
  "--",
  ...server,
];

export const PATIENCE = { timeout: 60_000, interval: 20 };

interface Heard {
  readonly id?: unknown;
  readonly result?: {
    readonly contents?: readonly { readonly text: string }[];
    readonly content?: readonly { readonly text: string }[];
  };
  readonly error?: { readonly code: number; readonly message: string };
}

/** A client that speaks in bytes, and keeps every byte it hears. */
export class PipeClient implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "wrap-"));
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  readonly #heard: Buffer[] = [];
  readonly #stderr: Promise<string>;
  #answers = 0;

  constructor([program = "", ...args]: readonly string[]) {
    const env = { ...process.env, MCP_OPS_RUNTIME_DIR: join(this.folder, "run") };
    this.child = spawn(program, args, { env });
    this.ended = once(this.child, "close").then(([code, signal]) => ({ code, signal }));
    this.#stderr = text(this.child.stderr);
    this.child.stdin.on("error", () => {});
    this.child.stdout.on("data", (chunk: Buffer) => {
      this.#heard.push(chunk);
      this.#answers += chunk.toString("latin1").split('"result"').length - 1;
      this.#answers += chunk.toString("latin1").split('"error"').length - 1;
    });
  }

  get heard(): Buffer {
    return Buffer.concat(this.#heard);
  }

  /** The JSON-RPC messages heard so far. */
  get messages(): readonly Heard[] {
    const lines = this.heard.toString().split("\n");
    return lines
      .filter((line) => line.startsWith('{"jsonrpc"') || line.startsWith('{"result"'))
      .map((line) => JSON.parse(line));
  }

  say(...messages: readonly (object | string | Buffer)[]): void {
    for (const message of messages) {
      const isBytes = typeof message === "string" || Buffer.isBuffer(message);
      this.child.stdin.write(isBytes ? message : `${JSON.stringify(message)}\n`);
    }
  }

  /** Says a request and waits until one more answer has come. */
  async ask(message: object): Promise<void> {
    const before = this.#answers;
    this.say(message);
    await vi.waitFor(() => {
      if (this.#answers <= before) throw new Error(`No answer to ${JSON.stringify(message).slice(0, 200)}`);
    }, PATIENCE);
  }

  async greet(): Promise<void> {
    await this.ask(INITIALIZE);
    this.say({ jsonrpc: "2.0", method: "notifications/initialized" });
  }

  /** Closes its end, and gives everything it has heard until the end. */
  async leave(): Promise<Buffer> {
    this.child.stdin.end();
    await this.ended;
    return this.heard;
  }

  stderr(): Promise<string> {
    return this.#stderr;
  }

  /** The metrics, read over the socket that the registration names. */
  async metrics(): Promise<string> {
    const folder = join(this.folder, "run");
    const name = readdirSync(folder).find((file) => file.endsWith(".json")) as string;
    const { socket } = parseRegistration(readFileSync(join(folder, name), "utf8"));
    const asked = request({ socketPath: join(folder, socket as string), path: "/metrics" }).end();
    const [response] = await once(asked, "response");
    return text(response);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    this.child.stdout.resume();
    await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const INITIALIZE = {
  jsonrpc: "2.0",
  id: "hello",
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "bytes", version: "0" } },
};

export const call = (id: number | string, name: string, args: object = {}): object => ({
  jsonrpc: "2.0",
  id,
  method: "tools/call",
  params: { name, arguments: args },
});
