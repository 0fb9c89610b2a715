import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** Who writes a chain now. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly boot: string;
  /** The log that it writes for: a new thread of it takes over from the dead one. */
  readonly writer: string;
}

/** A writer that has not touched its lock for so long is gone: it touches it every 10 s. */
const STALE_MS = 60_000;
export const HEARTBEAT_MS = 10_000;

/** The right to write one chain. */
export interface ChainLock {
  readonly chain: string;
  /** False once another process has taken the chain, because this one had stood still for long, or somebody removed the lock. */
  isOurs(): boolean;
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
  const text = JSON.stringify(owner);
  if (isHeld(file, owner.writer) || !take(file, text, owner.writer)) return undefined;
  const isOurs = () => textOf(file) === text;
  return {
    chain,
    isOurs,
    beat(now) {
      if (isOurs()) utimesSync(file, now / 1000, now / 1000);
    },
    release() {
      if (isOurs()) rmSync(file, { force: true });
    },
  };
}

/** One process at a time, and the file is never missing in between: two that start together cannot both find it free. */
function take(file: string, text: string, writer: string): boolean {
  const turn = `${file}.turn`;
  if (!takeTurn(turn)) return false;
  try {
    if (isHeld(file, writer)) return false;
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    return true;
  } finally {
    rmSync(turn, { force: true });
  }
}

/** A turn takes microseconds. One that is old was left by a crash; whoever starts after this finds it gone. */
function takeTurn(turn: string): boolean {
  try {
    writeFileSync(turn, "", { mode: 0o600, flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (Date.now() - (touchedAt(turn) ?? 0) >= STALE_MS) rmSync(turn, { force: true });
    return false;
  }
}

function isHeld(file: string, writer?: string): boolean {
  const touched = touchedAt(file);
  if (touched === undefined) return false;
  const owner = ownerOf(file);
  const isHere = owner.host === hostname();
  if (isHere && owner.pid === process.pid) {
    // Of a dead thread, or of a process before us that had our number (in a container all are 1); else another log of ours.
    return owner.writer !== writer && touched >= Date.now() - process.uptime() * 1000;
  }
  if (isHere && !isAlive(owner.pid)) return false;
  return Date.now() - touched < STALE_MS;
}

function touchedAt(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

/** Of a lock that another user's process holds nothing can be read but its age. */
function ownerOf(file: string): Partial<Owner> {
  try {
    return JSON.parse(textOf(file) ?? "{}") as Partial<Owner>;
  } catch {
    return {};
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function isAlive(pid: unknown): boolean {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
