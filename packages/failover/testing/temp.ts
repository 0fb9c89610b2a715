import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { onTestFinished } from "vitest";

/** For what is up after some time that nobody knows. */
export const PATIENCE = { timeout: 60_000, interval: 20 };

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mcp-ops-failover-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function onPath(program: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** A process, killed when it is no longer needed. */
export function started(program: string, args: readonly string[]): ChildProcess & AsyncDisposable {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
  child.stdout?.resume();
  return Object.assign(child, { [Symbol.asyncDispose]: () => killed(child) });
}

export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

/** A small generator with a seed (mulberry32), so that a round can be played again. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
