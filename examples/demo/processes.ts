import type { ChildProcess } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { getDefaultEnvironment } from "@modelcontextprotocol/client/stdio";

/** The script of the command, as installed here. */
export const MCP_OPS: string = fileURLToPath(new URL("bin/mcp-ops.js", import.meta.resolve("mcp-ops/package.json")));
/** For each step of the way to end a process; on a busy machine one that ends in order takes some seconds. */
const PATIENCE_MS = 10_000;

/** What the person has set for servers of their own is not for those of the demo. */
export function demoEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { ...getDefaultEnvironment(), ...more };
}

/** Ends a process as it is used to, and by signals when that does not help. Resolves with how it ended. */
export async function endOf<T>(child: ChildProcess, ended: Promise<T>, ask: () => void): Promise<T> {
  ask();
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const inTime = await Promise.race([ended, pause(PATIENCE_MS, undefined, { ref: false })]);
    if (inTime === undefined) child.kill(signal);
  }
  return ended;
}
