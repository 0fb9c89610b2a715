import { spawnSync } from "node:child_process";
import { expect, vi } from "vitest";
import { call, PATIENCE, PipeClient, python, wrapped } from "./pipe-client.ts";

/** Every process that has this in its environment, and is not a zombie waiting for an init. */
function marked(mark: string): readonly number[] {
  const { stdout } = spawnSync("sh", ["-c", `grep -lsz "^WRAP_MARK=${mark}$" /proc/[0-9]*/environ`], {
    encoding: "utf8",
  });
  return [...stdout.matchAll(/\/proc\/(\d+)\//g)].map(([, pid]) => Number(pid)).filter(isRunning);
}

export function isRunning(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.startsWith("Z");
}

export type Party = "server" | "wrap" | "client";
export const PARTIES: readonly Party[] = ["server", "wrap", "client"];

/** One server with the worst habits, one party killed after some milliseconds of traffic, and nothing left. */
export async function killRound(party: Party, afterMs: number, mark: string): Promise<void> {
  // A client of its own, so that there is one to kill.
  const server = ["env", `WRAP_MARK=${mark}`, ...python("deaf", "stubborn", "parent")];
  const program = wrapped(server, "--name", "torture");
  const command = party === "client" ? [process.execPath, "-e", CLIENT, ...program] : program;
  await using client = new PipeClient(command);
  const traffic = setInterval(() => client.say(call(Math.floor(Math.random() * 1e6), "echo", { n: 1 })), 5);
  try {
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    if (party === "server") killServer(mark);
    else client.child.kill("SIGKILL");
    if (party === "server" && marked(mark).length === 0) client.child.kill("SIGKILL");
    const { code, signal } = await client.ended;
    expect(code === null ? signal : code).toSatisfy((end) => ["SIGKILL", 1, 137].includes(end as string | number));
  } finally {
    clearInterval(traffic);
  }
  await vi.waitFor(() => expect(marked(mark)).toEqual([]), PATIENCE);
}

/** Starts what it is told with its own streams, and waits. */
const CLIENT = `
const { spawn } = require("node:child_process");
const [program, ...args] = process.argv.slice(1);
const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
process.stdin.pipe(child.stdin);
child.stdout.pipe(process.stdout);
`;

function killServer(mark: string): void {
  for (const pid of marked(mark)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {}
  }
}
