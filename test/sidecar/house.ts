import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { formatRegistration, registrationFileName, socketFileName } from "@mcp-ops/formats";
import { vi } from "vitest";
import { CHILD_ENV } from "../fixtures/child-env.ts";

const COMMAND = fileURLToPath(new URL("../../packages/cli/bin/mcp-ops.js", import.meta.url));

export const PATIENCE = { timeout: 60_000, interval: 20 };

/** A process with its lines. */
export class Running implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly out: string[] = [];
  readonly err: string[] = [];
  /** Its exit code, or the signal that ended it, once all its lines are read. */
  readonly ended: Promise<number | string>;

  constructor(args: readonly string[], env: Readonly<Record<string, string>>, cwd: string) {
    this.child = spawn(process.execPath, args, { env, cwd, stdio: ["pipe", "pipe", "pipe"] });
    for (const [stream, lines] of [
      [this.child.stdout, this.out],
      [this.child.stderr, this.err],
    ] as const) {
      if (stream !== null) createInterface(stream).on("line", (line) => lines.push(line));
    }
    this.ended = once(this.child, "close").then(([code, signal]) => code ?? signal);
  }

  /** The first line on stdout. */
  async says(): Promise<string> {
    return vi.waitFor(() => {
      const [line] = this.out;
      if (line !== undefined) return line;
      throw new Error(`Nothing on stdout. On stderr:\n${this.err.join("\n")}`);
    }, PATIENCE);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }
}

/** A daemon in a process of its own. */
export class Daemon extends Running {
  probes = "";
  admin = "";

  async ready(): Promise<this> {
    const { probes, admin } = JSON.parse(await this.says()) as { probes: string; admin: string };
    Object.assign(this, { probes, admin });
    return this;
  }

  /** Reads the config again, and gives the line it says about it. */
  async hangUp(): Promise<string> {
    const before = this.err.length;
    this.child.kill("SIGHUP");
    return vi.waitFor(() => {
      const line = this.err.slice(before).find((one) => /read again|not taken/.test(one));
      if (line === undefined) throw new Error("No word of the config.");
      return (JSON.parse(line) as { msg: string }).msg;
    }, PATIENCE);
  }
}

/** A machine of one test: a config, a runtime folder, a state; and daemons and servers that use them. */
export class House implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "sc-"));
  readonly run: string = join(this.folder, "run");
  readonly config: string = join(this.folder, "mcp-ops.yaml");
  readonly stateFile: string = join(this.folder, "state", "mcp-ops", "sidecar.db");
  /** Each rogue is younger than the one before. */
  #rogues = 0;
  readonly #rest = new AsyncDisposableStack();

  constructor() {
    mkdirSync(this.run, { mode: 0o700 });
  }

  write(config: string): void {
    writeFileSync(this.config, config);
  }

  /** The command, to its end. */
  async command(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const running = new Running([COMMAND, ...args], this.#env(env), this.folder);
    const code = await running.ended;
    return { code, out: running.out.join("\n"), err: running.err.join("\n") };
  }

  /** A daemon with this config; both listeners take free ports where it does not say otherwise. */
  daemon(config = "", env: Readonly<Record<string, string>> = {}, script?: readonly string[]): Promise<Daemon> {
    return this.starting(config, env, script).ready();
  }

  /** The same, not waited for. */
  starting(
    config: string,
    env: Readonly<Record<string, string>>,
    script: readonly string[] = [COMMAND, "sidecar", "--json"],
  ): Daemon {
    this.write(config);
    const ports = { MCP_OPS_PROBES__LISTEN: "127.0.0.1:0", MCP_OPS_ADMIN__LISTEN: "127.0.0.1:0" };
    return this.#rest.use(new Daemon([...script], this.#env({ ...ports, ...env }), this.folder));
  }

  /** A real MCP server, watched, that has answered three calls. */
  server(name: string): Promise<Running> {
    return this.child(new URL("server-child.ts", import.meta.url), [name]);
  }

  /** A script of the tests, once it has said something. */
  async child(script: URL, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Running> {
    const child = this.#rest.use(new Running([fileURLToPath(script), ...args], this.#env(env), this.folder));
    await child.says();
    return child;
  }

  /** A program of a test, in the environment of this machine. */
  running(args: readonly string[]): Running {
    return this.#rest.use(new Running(args, this.#env({}), this.folder));
  }

  /** Something that registers as a server, and answers as it likes. */
  async rogue(server: string, answer: RequestListener): Promise<void> {
    const boot = { pid: process.pid, bootId: randomBytes(6).toString("hex") };
    const http = createServer(answer).listen(join(this.run, socketFileName(boot)));
    await once(http, "listening");
    this.#rest.defer(() => {
      http.close();
      http.closeAllConnections();
    });
    const startedAt = new Date(Date.UTC(2026, 0, 1) + ++this.#rogues).toISOString();
    const registration = { schema: 1 as const, server, ...boot, startedAt, socket: socketFileName(boot) };
    writeFileSync(join(this.run, registrationFileName(boot)), formatRegistration(registration));
  }

  registrations(): readonly string[] {
    return readdirSync(this.run).filter((name) => name.endsWith(".json"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rest.disposeAsync();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Nothing of ours that would change what is tested. */
  #env(more: Readonly<Record<string, string>>): Record<string, string> {
    const own = { HOME: this.folder, XDG_STATE_HOME: join(this.folder, "state"), MCP_OPS_RUNTIME_DIR: this.run };
    return { ...CHILD_ENV, NODE_NO_WARNINGS: "1", ...own, ...more };
  }
}
