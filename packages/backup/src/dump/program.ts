import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import type { Readable, Writable } from "node:stream";
import { withoutSecrets } from "@mcp-ops/formats";
import { backupError, reasonOf } from "../errors.ts";

/** A program to run; its arguments are visible to every user of the machine, so nothing secret belongs there. */
export interface Program {
  readonly program: string;
  readonly args: readonly string[];
  /** All it gets; the environment of this process is not passed on. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string | undefined;
  /** Never in a message, whatever the program prints. */
  readonly secrets?: readonly string[] | undefined;
  /** The Debian package to propose when the program is not there. */
  readonly debianPackage?: string | undefined;
}

export interface Written {
  readonly bytes: number;
  readonly sha256: string;
}

/** Where programs are looked for, since the environment is not read here. */
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin";

/** What a program says before it fails; more would only be the same again. */
const MAX_COMPLAINT_CHARS = 2_000;
/** Between being asked to stop and being stopped. */
const GRACE_MS = 2_000;
/** The answers to our own questions are short. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * Writes what the program prints into a new file, mode 0600, and onto the disk.
 *
 * @throws OpsError `BACKUP_DUMP_FAILED` when the program did not end with code 0; the file is left as it is
 */
export async function printedTo(file: string, program: Program, signal: AbortSignal): Promise<Written> {
  const handle = await open(file, "wx", 0o600);
  try {
    const hash = createHash("sha256");
    let bytes = 0;
    await run(program, signal, async (chunk) => {
      hash.update(chunk);
      bytes += chunk.length;
      await writing(file, () => handle.appendFile(chunk));
    });
    await writing(file, () => handle.sync());
    return { bytes, sha256: hash.digest("hex") };
  } finally {
    await handle.close();
  }
}

async function writing(file: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw backupError("BACKUP_DUMP_FAILED", `${file} cannot be written: ${reasonOf(error)}. Make room there.`, error);
  }
}

/** What a program prints, without its last line break. */
export async function answerOf(program: Program, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let left = MAX_ANSWER_BYTES;
  await run(program, signal, (chunk) => {
    left -= chunk.length;
    if (left >= 0) chunks.push(chunk);
  });
  return Buffer.concat(chunks).toString("utf8").trimEnd();
}

/** Runs it to its end and reads everything it prints. Both its exit code and the signal that ended it count. */
export async function run(
  program: Program,
  signal: AbortSignal,
  take: (chunk: Uint8Array) => Promise<void> | void,
): Promise<void> {
  signal.throwIfAborted();
  const child = spawn(program.program, program.args, {
    env: { PATH: DEFAULT_PATH, ...program.env },
    stdio: ["pipe", "pipe", "pipe"],
    // A group of its own, so that what the program started is stopped with it; else it would hold its stdout open.
    detached: true,
  });
  const exited = ended(child, program);
  // It is awaited only when everything was read; until then nobody else hears of a failed start.
  exited.catch(() => {});
  const stop = stopOn(signal, child);
  try {
    const complaint = listen(child.stderr);
    child.stdin.on("error", () => {}).end(program.stdin ?? "");
    for await (const chunk of child.stdout) await take(chunk);
    const { code, killedBy } = await exited;
    signal.throwIfAborted();
    if (code !== 0) throw failed(program, killedBy ?? `code ${code}`, complaint());
  } catch (error) {
    // What ends when it is stopped ends in many ways.
    signal.throwIfAborted();
    throw error;
  } finally {
    killGroup(child, "SIGKILL");
    stop();
  }
}

/**
 * Starts a program that lives until it is let go, or this process is gone, however it ends: its stdin, which stays open, is all that holds it.
 * Resolves when it has printed something.
 * @throws OpsError `BACKUP_DUMP_FAILED` when it ends before
 */
export async function held(program: Program): Promise<AsyncDisposable> {
  const child = spawn(program.program, program.args, {
    env: { PATH: DEFAULT_PATH, ...program.env },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  const exited = ended(child, program);
  const complaint = listen(child.stderr);
  child.stdin.on("error", () => {}).write(program.stdin ?? "");
  const tooSoon = exited.then(({ code, killedBy }) => {
    throw failed(program, killedBy ?? `code ${code}`, complaint());
  });
  await Promise.race([once(child.stdout, "data"), tooSoon]);
  tooSoon.catch(() => {});
  return {
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited.catch(() => {});
    },
  };
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

interface Exit {
  readonly code: number | null;
  readonly killedBy: NodeJS.Signals | null;
}

async function ended(child: Child, { program, debianPackage }: Program): Promise<Exit> {
  try {
    const [code, killedBy] = await once(child, "close");
    return { code, killedBy };
  } catch (cause) {
    const hint = debianPackage === undefined ? "Give its whole path" : `Install it (Debian: ${debianPackage})`;
    throw backupError("BACKUP_PROGRAM_MISSING", `The program ${program} cannot be started. ${hint}.`, cause);
  }
}

function stopOn(signal: AbortSignal, child: Child): () => void {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    killGroup(child, "SIGTERM");
    timer = setTimeout(() => {
      killGroup(child, "SIGKILL");
      // What has left the group may hold them open for ever.
      child.stdout.destroy();
      child.stderr.destroy();
    }, GRACE_MS);
  };
  signal.addEventListener("abort", stop, { once: true });
  return () => {
    signal.removeEventListener("abort", stop);
    clearTimeout(timer);
  };
}

function killGroup(child: Child, how: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, how);
  } catch {
    // None of them is left.
  }
}

/** The end of what it prints, where the reason stands. */
function listen(stderr: Readable): () => string {
  let said = "";
  stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-2 * MAX_COMPLAINT_CHARS);
  });
  return () => said;
}

function failed({ program, secrets = [] }: Program, how: string, complaint: string): Error {
  let clean = complaint;
  for (const secret of secrets) if (secret !== "") clean = clean.replaceAll(secret, "[redacted]");
  const reason = withoutSecrets(clean).trim().slice(-MAX_COMPLAINT_CHARS);
  const said = reason === "" ? "It said nothing" : `It said: ${reason}`;
  return backupError("BACKUP_DUMP_FAILED", `${basename(program)} ended with ${how}; its output is not used. ${said}`);
}
