import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { demoEnvironment, endOf, MCP_OPS } from "../processes.ts";

/** Where it listens. */
export interface Addresses {
  readonly probes: string;
  readonly admin: string;
}

/** What its log says of each request, which are ours. */
const REQUEST = "request";
/** How a process ends that ended in order. */
export const CLEAN = "exit code 0";
/** Of its log. */
const MAX_LINES = 500;

/** `mcp-ops sidecar` as a person starts it. */
export class SidecarProcess implements AsyncDisposable {
  /** Rejects when it ends before. */
  readonly listening: Promise<Addresses>;
  /** Settles with how it ended, in words. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #log: string[] = [];
  readonly #kill = () => void this.#child.kill("SIGTERM");

  constructor(config: string) {
    this.#child = spawn(process.execPath, [MCP_OPS, "sidecar", "--config", config, "--json"], {
      env: demoEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
      // A Ctrl-C in the terminal is for the demo, which has something to say before this ends.
      detached: true,
      windowsHide: true,
    });
    createInterface(this.#child.stderr).on("line", (line) => this.#hear(line));
    this.ended = once(this.#child, "close").then(([code, signal]) => signal ?? this.#failure(code), String);
    this.listening = this.#addresses();
    this.listening.catch(() => {});
    // An error that nobody caught ends the demo at once, and nobody would end a daemon.
    process.once("exit", this.#kill);
  }

  /** What its log says, oldest first: the messages alone, without those of requests. */
  get log(): readonly string[] {
    return this.#log;
  }

  /** Ends it as a service manager does. Gives how it ended. */
  async stop(): Promise<string> {
    const how = await endOf(this.#child, this.ended, () => this.#child.kill("SIGTERM"));
    process.off("exit", this.#kill);
    return how;
  }

  /** Ends it as the loss of its host would. */
  kill(): void {
    this.#child.kill("SIGKILL");
    process.off("exit", this.#kill);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #addresses(): Promise<Addresses> {
    const first = once(createInterface(this.#child.stdout), "line") as Promise<string[]>;
    const [line] = await Promise.race([first, this.ended.then(diedEarly)]);
    return JSON.parse(line ?? "") as Addresses;
  }

  /** `exit code 1`, with what it said last. */
  #failure(code: number): string {
    return code === 0 ? CLEAN : `exit code ${code}: ${this.#log.at(-1) ?? "without a word"}`;
  }

  #hear(line: string): void {
    const message = messageIn(line);
    if (message === REQUEST) return;
    this.#log.push(message);
    if (this.#log.length > MAX_LINES) this.#log.shift();
  }
}

function diedEarly(how: string): never {
  throw new Error(`it ended by ${how} before it listened`);
}

/** Its log is lines of JSON; what Node says before it dies is not. */
function messageIn(line: string): string {
  try {
    return String((JSON.parse(line) as { readonly msg?: unknown }).msg ?? line);
  } catch {
    return line;
  }
}
