import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import type { Writable } from "node:stream";
import { OpsError } from "@mcp-ops/formats";
import { PROXY_ERROR } from "../codes.ts";
import { announced, survivesShell } from "./announced.ts";
import type { Ending } from "./ending.ts";
import { checkProgram } from "./find-program.ts";
import { isGroupGone, signalGroup } from "./group.ts";
import { Guard } from "./guard.ts";
import { whenQuiet } from "./quiet.ts";

/** What is left of a group after its leader gets this long to end by itself, and again after it was asked to. */
const GROUP_GRACE_MS = 500;
const TERM_GRACE_MS = 2_000;

export interface ChildOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** A folder of ours for it, which shall not be left behind when we are killed. */
  readonly folder?: string | undefined;
}

/** A server that speaks over stdin and stdout, in a process group of its own. It does not outlive us, nor does its group. */
export interface Child {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Socket;
  /** The process itself has ended; what it wrote may not have been read yet. */
  readonly exited: Promise<Ending>;
  /** Stdout has been read to its end, the group is empty and nothing of ours is left. */
  readonly ended: Promise<Ending>;
  /** Sends a signal to the process, or to its whole group as a terminal does. */
  signal(signal: NodeJS.Signals, to: "process" | "group"): void;
}

/**
 * Starts a server. Its stderr is ours.
 * @throws OpsError `PROXY_COMMAND_MISSING` when there is no such program, `PROXY_COMMAND_FAILED` when the system cannot start it.
 */
export async function startChild(command: readonly string[], options: ChildOptions = {}): Promise<Child> {
  const { env = process.env, cwd = process.cwd() } = options;
  checkProgram(command[0] ?? "", env.PATH, cwd);
  if (process.platform === "win32") return childOf(await started(command, { env, cwd }), undefined);
  const guard = new Guard(options.folder);
  try {
    return childOf(await startGuarded(command, { env, cwd }, guard), guard);
  } catch (error) {
    await guard.dismiss();
    throw error;
  }
}

async function startGuarded(command: readonly string[], options: ChildOptions, guard: Guard): Promise<ChildProcess> {
  const { env = {} } = options;
  if (survivesShell(env)) return started(announced(command, env), options, guard.lifeline);
  const process = await started(command, options);
  if (process.pid !== undefined) guard.watch(process.pid);
  return process;
}

async function started(
  [program = "", ...args]: readonly string[],
  options: ChildOptions,
  lifeline?: Writable,
): Promise<ChildProcess> {
  const stdio: StdioOptions = ["pipe", "pipe", "inherit", ...(lifeline === undefined ? [] : [lifeline])];
  try {
    const process = spawn(program, args, { ...options, stdio, detached: true, windowsHide: true });
    await once(process, "spawn");
    return process;
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new OpsError(
      PROXY_ERROR.commandFailed,
      `The server cannot be started: ${reason}. See what the system says.`,
      {
        cause,
      },
    );
  }
}

function childOf(process: ChildProcess, guard: Guard | undefined): Child {
  const { stdin, stdout, pid } = process as unknown as { stdin: Writable; stdout: Socket; pid: number };
  const exited = once(process, "exit").then(([code, signal]): Ending => ({ code, signal }));
  return {
    pid,
    stdin,
    stdout,
    exited,
    ended: ended(exited, stdout, pid, guard),
    signal: (signal, to) => {
      if (to === "process" || guard === undefined) process.kill(signal);
      else signalGroup(pid, signal);
    },
  };
}

async function ended(
  exited: Promise<Ending>,
  stdout: Socket,
  group: number,
  guard: Guard | undefined,
): Promise<Ending> {
  const closed = new Promise<void>((resolve) => stdout.once("close", resolve));
  const ending = await exited;
  if (guard !== undefined) await endGroup(group);
  // Somebody who left the group may still hold it open. What has been written is read; nobody waits for more.
  await Promise.race([closed, whenQuiet(stdout, GROUP_GRACE_MS).then(() => stdout.destroy())]);
  await guard?.dismiss();
  return ending;
}

/** Ends what the leader left behind. Only while the group has members is its number sure to be theirs. */
async function endGroup(group: number): Promise<void> {
  if (await isGroupGone(group, GROUP_GRACE_MS)) return;
  signalGroup(group, "SIGTERM");
  if (await isGroupGone(group, TERM_GRACE_MS)) return;
  signalGroup(group, "SIGKILL");
}
