/** Journals of whole processes: at their end, when they are killed, behind a wrap, and under the hook that changes no code. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { JOURNAL_FOLDER } from "@mcp-ops/formats";
import { expect, onTestFinished, test, vi } from "vitest";
import { CHILD_ENV } from "../fixtures/child-env.ts";
import { countIn, linesIn, runtimeFolder, usesIn } from "./stage.ts";

const PATIENCE = { timeout: 60_000, interval: 20 };
const MCP_OPS = fileURLToPath(new URL("../../packages/cli/bin/mcp-ops.js", import.meta.url));
const REGISTER = new URL("../../packages/register/dist/index.js", import.meta.url).href;
const PLAIN = fileURLToPath(new URL("../../packages/register/test-fixtures/v1.mjs", import.meta.url));

/** A stdio server and whoever asks it, line by line. */
class Child {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<unknown>;
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  #asked = 0;

  constructor(args: readonly string[], folder: string, env: NodeJS.ProcessEnv = {}) {
    this.process = spawn(process.execPath, args, {
      env: { ...CHILD_ENV, MCP_OPS_RUNTIME_DIR: folder, ...env },
    });
    this.ended = once(this.process, "close");
    this.process.stdin.on("error", () => {});
    this.process.stderr.resume();
    createInterface(this.process.stdout).on("line", (line) => {
      const answer = JSON.parse(line) as { id: number };
      this.#waiting.get(answer.id)?.(answer);
    });
    onTestFinished(async () => {
      this.process.kill("SIGKILL");
      await this.ended;
    });
  }

  ask(method: string, params: object): Promise<unknown> {
    const id = ++this.#asked;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.process.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    });
  }

  async greet(): Promise<void> {
    const clientInfo = { name: "child", version: "1" };
    await this.ask("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
    this.process.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  }

  async call(times: number): Promise<void> {
    for (let i = 0; i < times; i++) await this.ask("tools/call", { name: "echo", arguments: { text: "hello" } });
  }
}

/** A runtime folder with a reader. */
function folderWithReader(): string {
  const folder = join(runtimeFolder({ isRead: false }), "run");
  mkdirSync(join(folder, JOURNAL_FOLDER), { recursive: true, mode: 0o700 });
  return folder;
}

const underHook = (folder: string) => new Child(["--import", REGISTER, PLAIN], folder);

test.each([
  ["ends by itself", (child: Child) => void child.process.stdin.end()],
  ["is told to end by SIGTERM", (child: Child) => void child.process.kill("SIGTERM")],
  ["is interrupted", (child: Child) => void child.process.kill("SIGINT")],
])("a process that %s leaves everything it was used for, and has changed no code", async (_, end) => {
  const folder = folderWithReader();
  const child = underHook(folder);
  await child.greet();
  await child.call(25);
  end(child);
  await child.ended;
  expect(usesIn(folder)).toMatchObject([{ target: "echo", status: "success", count: 25 }]);
  expect(linesIn(folder)[0]).toMatchObject({ kind: "start", pid: child.process.pid });
});

test("a process that is killed loses what it had not written: two seconds at most", async () => {
  const folder = folderWithReader();
  const child = underHook(folder);
  await child.greet();
  await child.call(25);
  await vi.waitFor(() => expect(countIn(usesIn(folder))).toBe(25), PATIENCE);
  await child.call(10);
  child.process.kill("SIGKILL");
  await child.ended;
  // A last line that is torn is none; the whole ones are true.
  const counted = countIn(usesIn(folder));
  expect(counted).toBeGreaterThanOrEqual(25);
  expect(counted).toBeLessThanOrEqual(35);
});

test("a wrapped server is in the journal by the name it has, without CPU time, which it spends elsewhere", async () => {
  const folder = folderWithReader();
  const child = new Child([MCP_OPS, "wrap", "--", process.execPath, PLAIN], folder);
  await child.greet();
  await child.ask("tools/list", {});
  await child.call(25);
  child.process.stdin.end();
  await child.ended;
  expect(countIn(usesIn(folder))).toBe(25);
  const [use] = usesIn(folder);
  expect(use).toMatchObject({ server: "fixture-v1-esm", target: "echo", status: "success" });
  expect(use?.tokens?.estimate).toBeGreaterThan(0);
  expect(use).not.toHaveProperty("cpu");
  expect(linesIn(folder).filter(({ kind }) => kind === "definitions")).toHaveLength(1);
});

test.each([
  ["is in the journal once, by the wrap", {}, 1, 25],
  ["is in no journal where the operator wants none", { MCP_OPS_JOURNAL: "off" }, 0, 0],
])("a server that is wrapped and under the hook as well %s", async (_, env, journals, calls) => {
  const folder = folderWithReader();
  const wrapped = ["wrap", "--", process.execPath, "--import", REGISTER, PLAIN];
  const child = new Child([MCP_OPS, ...wrapped], folder, env);
  await child.greet();
  await child.ask("tools/list", {});
  await child.call(25);
  child.process.stdin.end();
  await child.ended;
  expect(countIn(usesIn(folder))).toBe(calls);
  expect(linesIn(folder).filter(({ kind }) => kind === "start")).toHaveLength(journals);
});
