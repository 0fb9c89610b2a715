import { readdirSync, rmSync } from "node:fs";
import { readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isMainThread } from "node:worker_threads";
import { type Boot, bootOfFileName, formatRegistration, type Registration, socketFileName } from "@mcp-ops/formats";
import { somebodyAnswers } from "../endpoint/stale-socket.ts";
import { sameProcess } from "./boot.ts";
import { unusableFolder } from "./runtime-folder.ts";

/** Writes the registration file, whole or not at all. */
export async function leaveRegistration(path: string, registration: Registration): Promise<void> {
  const unfinished = `${path.slice(0, -".json".length)}.tmp`;
  try {
    await writeFile(unfinished, formatRegistration(registration), { mode: 0o600 });
    await rename(unfinished, path);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw unusableFolder(dirname(path), `does not take a file (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
}

/**
 * Removes what this thread left in the folder; the main thread also what its workers left, for they may have been ended
 * without notice. Made for `exit` and signals: synchronous, and never throws.
 */
export function removeTraces(folder: string, boot: Boot): void {
  try {
    for (const name of readdirSync(folder)) {
      const owner = bootOfFileName(name);
      if (owner === undefined || !sameProcess(owner, boot)) continue;
      if (isMainThread || owner.bootId === boot.bootId) rmSync(join(folder, name), { force: true });
    }
  } catch {}
}

/** What a registration is called once its process is known to have died without notice: a sidecar has not looked yet, perhaps. */
const DIED = ".died";
/** A sidecar looks every few seconds; where there is none the note is of no use. */
const NOTE_MS = 3_600_000;

/** Removes what processes that died without notice left in the folder, and notes whose registration that was. */
export async function sweep(folder: string, boot: Boot): Promise<void> {
  for (const name of await readdir(folder)) {
    try {
      await sweepOne(folder, name, boot);
    } catch {
      // Another process sweeps at the same time, or may do what we may not: its turn.
    }
  }
}

async function sweepOne(folder: string, name: string, boot: Boot): Promise<void> {
  const path = join(folder, name);
  if (diedOf(name) !== undefined) {
    // The time of its renaming.
    if ((await stat(path)).ctimeMs < Date.now() - NOTE_MS) await rm(path, { force: true });
    return;
  }
  const owner = bootOfFileName(name);
  if (owner === undefined || sameProcess(owner, boot) || !(await isGone(folder, name, owner))) return;
  if (name.endsWith(".json")) await rename(path, `${path}${DIED}`);
  else await rm(path, { force: true });
}

/** Takes the notes of a sweep, this process's or another's. Gives the boot ids of who died. */
export async function takeDeaths(folder: string): Promise<readonly string[]> {
  const notes = (await readdir(folder)).filter((name) => diedOf(name) !== undefined);
  for (const name of notes) await rm(join(folder, name), { force: true });
  return notes.flatMap((name) => diedOf(name)?.bootId ?? []);
}

function diedOf(name: string): Boot | undefined {
  return name.endsWith(DIED) ? bootOfFileName(name.slice(0, -DIED.length)) : undefined;
}

/**
 * A dead pid alone is no proof: the folder may be shared by containers, whose pids mean nothing to one another. So nobody may
 * answer on the socket either.
 */
async function isGone(folder: string, name: string, owner: Boot): Promise<boolean> {
  const dead = owner.pid === process.pid ? await isOlderThanThisProcess(join(folder, name)) : !isAlive(owner.pid);
  return dead && !(await somebodyAnswers(join(folder, socketFileName(owner))));
}

/** In a container the same pid comes back at every start. */
async function isOlderThanThisProcess(path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path);
  return mtimeMs < Date.now() - process.uptime() * 1000;
}

/** Whether some process of this pid namespace has the pid. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
