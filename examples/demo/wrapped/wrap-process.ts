import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseRegistration } from "@mcp-ops/formats";
import { getDefaultEnvironment } from "@modelcontextprotocol/client/stdio";

/** For each step of the way to end it; mcp-ops wrap ends what is left of the server in less. */
const PATIENCE_MS = 4_000;
const MCP_OPS = fileURLToPath(new URL("bin/mcp-ops.js", import.meta.resolve("mcp-ops/package.json")));
/** Of all it may say on stderr, what explains an early end. */
const COMPLAINT = /^mcp-ops: (.+)|^(\w*Error: .+)/;

/** Where a wrapped server shows itself, by its registration file. */
export interface Registered {
  readonly server: string;
  readonly socketPath: string;
}

/** `mcp-ops wrap -- <server>` as a client starts it, with a runtime folder of its own. */
export class WrapProcess implements AsyncDisposable {
  readonly pipe: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Settles with how it ended, in words. */
  readonly ended: Promise<string>;
  readonly #folder = mkdtempSync(join(tmpdir(), "mcp-ops-demo-"));
  #complaint = "";

  constructor(name: string, server: readonly string[]) {
    this.pipe = spawn(process.execPath, [MCP_OPS, "wrap", "--name", name, "--", ...server], {
      // What the person has set for servers of their own is not for this one.
      env: { ...getDefaultEnvironment(), MCP_OPS_RUNTIME_DIR: this.#folder },
      stdio: ["pipe", "pipe", "pipe"],
      // A Ctrl-C in the terminal is for the demo, which has something to say before this ends.
      detached: true,
      windowsHide: true,
    });
    this.pipe.stdin.on("error", () => {});
    createInterface(this.pipe.stderr).on("line", (line) => this.#hear(line));
    this.ended = once(this.pipe, "close").then(([code, signal]) => this.#howItEnded(code, signal), String);
  }

  /** What the registration file says, which is there before the server starts. */
  async registered(): Promise<Registered> {
    const file = (await readdir(this.#folder)).find((name) => name.endsWith(".json"));
    if (file === undefined) throw new Error(this.#complaint || "it left no registration file");
    const { server, socket = "" } = parseRegistration(await readFile(join(this.#folder, file), "utf8"));
    return { server, socketPath: resolve(this.#folder, socket) };
  }

  /** Ends it as a client does: by the end of its stdin, and by signals when that does not help. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.pipe.stdin.end();
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      const inTime = await Promise.race([this.ended, pause(PATIENCE_MS, undefined, { ref: false })]);
      if (inTime === undefined) this.pipe.kill(signal);
    }
    await this.ended;
    await rm(this.#folder, { recursive: true, force: true });
  }

  #hear(line: string): void {
    const [, ours, theirs] = COMPLAINT.exec(line) ?? [];
    this.#complaint ||= ours ?? theirs ?? "";
  }

  #howItEnded(code: number | null, signal: NodeJS.Signals | null): string {
    return [`it ended by ${signal ?? `exit code ${code}`}`, this.#complaint].filter(Boolean).join(": ");
  }
}
