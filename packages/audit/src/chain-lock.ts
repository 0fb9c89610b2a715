import { closeSync, openSync, readFileSync, renameSync, statSync, unlinkSync, utimesSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** Who writes a chain now. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly boot: string;
}

/** A writer that has not touched its lock for so long is gone: it touches it every 10 s. */
const STALE_MS = 60_000;
export const HEARTBEAT_MS = 10_000;

/** The right to write one chain. */
export interface ChainLock {
  readonly chain: string;
  beat(now: number): void;
  release(): void;
}

/** Takes the first chain of this server that nobody writes: `weather.0`, or `weather.1` beside a running process. */
export function lockChain(folder: string, slug: string, owner: Owner): ChainLock {
  for (let number = 0; number < 1000; number++) {
    const chain = `${slug}.${number}`;
    const lock = tryLock(folder, chain, owner);
    if (lock !== undefined) return lock;
  }
  throw new Error(
    `More than 1000 processes write audit logs of "${slug}" to one folder. Give them folders of their own.`,
  );
}

/** Whether a living process writes this chain. */
export function isChainOpen(folder: string, chain: string): boolean {
  return isHeld(join(folder, `${chain}.lock`));
}

function tryLock(folder: string, chain: string, owner: Owner): ChainLock | undefined {
  const file = join(folder, `${chain}.lock`);
  if (isHeld(file)) return undefined;
  takeAway(file, owner.boot);
  try {
    const fd = openSync(file, "wx", 0o600);
    writeSync(fd, JSON.stringify(owner));
    closeSync(fd);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return undefined;
    throw error;
  }
  return {
    chain,
    beat: (now) => utimesSync(file, now / 1000, now / 1000),
    release: () => unlinkSync(file),
  };
}

function isHeld(file: string): boolean {
  let owner: Partial<Owner>;
  let touched: number;
  try {
    touched = statSync(file).mtimeMs;
    owner = JSON.parse(readFileSync(file, "utf8")) as Partial<Owner>;
  } catch (error) {
    // Half written: its writer is at it, or died at it.
    return error instanceof SyntaxError && Date.now() - statSync(file).mtimeMs < STALE_MS;
  }
  const isHere = owner.host === hostname();
  // Our own number: of another thread of ours, or of a process before us that had the same (in a container all are 1).
  if (isHere && owner.pid === process.pid) return touched >= Date.now() - process.uptime() * 1000;
  if (isHere && !isAlive(owner.pid)) return false;
  return Date.now() - touched < STALE_MS;
}

/** Renaming has one winner. Who finds that it took a living lock puts it back. */
function takeAway(file: string, boot: string): void {
  const taken = `${file}.${boot}`;
  try {
    renameSync(file, taken);
  } catch {
    return;
  }
  if (isHeld(taken)) renameSync(taken, file);
  else unlinkSync(taken);
}

function isAlive(pid: unknown): boolean {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
