import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { shuffled } from "./measure.ts";
import { median } from "./statistics.ts";

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const ECHO = [process.execPath, file("pipe-echo.mjs")];
const COPY = [process.execPath, file("pipe-copy.mjs"), ...ECHO];
const WRAP = [process.execPath, file("../../packages/cli/bin/mcp-ops.js"), "wrap", "--name", "bench", "--", ...ECHO];
const VARIANTS: Readonly<Record<string, readonly string[]>> = {
  "pipe copy": COPY,
  "pipe copy again": COPY,
  wrap: WRAP,
  direct: ECHO,
};

const CALLS_PER_ROUND = 300;
const WARM_UP_ROUNDS = 15;

/** Median microseconds of a call over stdio, round by round: behind a plain copy, behind `wrap`, and with nothing between. */
export async function pipeRounds(rounds: number): Promise<Readonly<Record<string, readonly number[]>>> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const callers = Object.entries(VARIANTS).map(([name, command]) => [name, new Caller(command, folder)] as const);
  const figures: Record<string, number[]> = Object.fromEntries(callers.map(([name]) => [name, []]));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const [name, caller] of shuffled([...callers])) {
      const microseconds = await caller.medianOf(CALLS_PER_ROUND);
      if (round >= 0) figures[name]?.push(microseconds);
    }
  }
  for (const [, caller] of callers) await caller.close();
  rmSync(folder, { recursive: true, force: true });
  return figures;
}

/** A client so light that what stands between it and the server is what is waited for. */
class Caller {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  #answered: () => void = () => {};
  #lastId = 0;

  constructor([program = "", ...args]: readonly string[], folder: string) {
    const env = { ...process.env, MCP_OPS_RUNTIME_DIR: folder };
    this.#child = spawn(program, args, { env, stdio: ["pipe", "pipe", "inherit"] });
    this.#child.stdout.on("data", () => this.#answered());
  }

  async medianOf(calls: number): Promise<number> {
    const times: number[] = [];
    for (let call = 0; call < calls; call++) {
      const startedAt = performance.now();
      await this.#call();
      times.push((performance.now() - startedAt) * 1000);
    }
    return median(times);
  }

  async close(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.stdin.end();
    await ended;
  }

  #call(): Promise<void> {
    const params = { name: "add", arguments: { a: 1, b: 2 } };
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#answered = resolve;
    this.#child.stdin.write(
      `${JSON.stringify({ jsonrpc: "2.0", id: ++this.#lastId, method: "tools/call", params })}\n`,
    );
    return promise;
  }
}
