import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { bootOfFileName, parseRegistration } from "@mcp-ops/formats";
import { demoEnvironment, endOf, MCP_OPS } from "../processes.ts";

/** Of all it may say on stderr, what explains an early end. */
const COMPLAINT = /^mcp-ops: (.+)|^(\w*Error: .+)/;

/** Where a wrapped server shows itself, by its registration file. */
export interface Registered {
  readonly server: string;
  readonly socketPath: string;
}

/** `mcp-ops wrap -- <server>` as a client starts it. */
export class WrapProcess implements AsyncDisposable {
  readonly pipe: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Settles with how it ended, in words. */
  readonly ended: Promise<string>;
  readonly #folder: string;
  #complaint = "";

  /** @param folder the runtime folder */
  constructor(name: string, server: readonly string[], folder: string) {
    this.#folder = folder;
    this.pipe = spawn(process.execPath, [MCP_OPS, "wrap", "--name", name, "--", ...server], {
      env: demoEnvironment({ MCP_OPS_RUNTIME_DIR: folder }),
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
    const file = (await readdir(this.#folder)).find((name) => this.#isRegistration(name));
    if (file === undefined) throw new Error(this.#complaint || "it left no registration file");
    const { server, socket = "" } = parseRegistration(await readFile(join(this.#folder, file), "utf8"));
    return { server, socketPath: resolve(this.#folder, socket) };
  }

  /** Ends it as a client does: by the end of its stdin. */
  async [Symbol.asyncDispose](): Promise<void> {
    await endOf(this.pipe, this.ended, () => this.pipe.stdin.end());
  }

  #isRegistration(name: string): boolean {
    return name.endsWith(".json") && bootOfFileName(name)?.pid === this.pipe.pid;
  }

  #hear(line: string): void {
    const [, ours, theirs] = COMPLAINT.exec(line) ?? [];
    this.#complaint ||= ours ?? theirs ?? "";
  }

  #howItEnded(code: number | null, signal: NodeJS.Signals | null): string {
    return [`it ended by ${signal ?? `exit code ${code}`}`, this.#complaint].filter(Boolean).join(": ");
  }
}
