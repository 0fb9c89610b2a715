import type { Stats } from "node:fs";
import { chmod, lchown, link, lstat, mkdir, realpath, rename, rmdir, unlink } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { syncFolder, undefinedIfMissing } from "../disk/durable.ts";
import { backupError } from "../errors.ts";
import type { Owner, RootSteps, Step } from "./steps.ts";

/** Does all steps of a root, then syncs the folders they touched. */
export async function apply(root: RootSteps, onStep: () => void): Promise<void> {
  const touched = new Set<string>();
  await mkdir(join(root.staging, "old"), { mode: 0o700 });
  for (const [number, step] of root.steps.entries()) {
    const place = join(root.root, step.path);
    await refuseDetour(root.root, dirname(place));
    touched.add(dirname(place));
    await applyStep(step, place, root.staging, oldPlace(root, number));
    onStep();
  }
  for (const folder of touched) await syncFolder(folder);
}

/** By number: by path, a file that was kept and the folder of others that were could not be told apart. */
function oldPlace({ staging }: RootSteps, number: number): string {
  return join(staging, "old", String(number));
}

async function applyStep(step: Step, place: string, staging: string, old: string): Promise<void> {
  switch (step.do) {
    case "put":
      await keep(place, old, step.had);
      return rename(join(staging, "new", step.path), place);
    case "take":
      return rename(place, old);
    case "make-folder":
      await mkdir(place);
      return step.owner && lchown(place, step.owner.uid, step.owner.gid);
    case "drop-folder":
      return rmdir(place).catch(ignore("ENOTEMPTY", "EEXIST", "EBUSY"));
    case "mode":
      if (!(await isFolder(place))) throw inTheWay(place);
      return chmod(place, step.to);
  }
}

/** A second name for what is there, so that the place itself is never empty; where links are not known, it is moved away. */
async function keep(place: string, old: string, had: boolean): Promise<void> {
  const there = await lstat(place).catch(undefinedIfMissing);
  if (there === undefined) return;
  // What was not there when the plan was made is in no safety copy.
  if (there.isDirectory() || !had) throw inTheWay(place);
  await link(place, old).catch(() => rename(place, old));
}

/** Undoes what was done of the steps, last first. Undone twice, or half done before, it comes to the same. */
export async function undo(root: RootSteps): Promise<void> {
  const touched = new Set<string>();
  for (const [number, step] of [...root.steps.entries()].reverse()) {
    const place = join(root.root, step.path);
    if (await isDetour(dirname(place))) await refuseIfKept(place, oldPlace(root, number));
    else await undoStep(step, place, root.staging, oldPlace(root, number));
    touched.add(dirname(place));
  }
  for (const folder of touched) await syncFolder(folder);
}

async function undoStep(step: Step, place: string, staging: string, old: string): Promise<void> {
  switch (step.do) {
    case "put":
      if (await isThere(old)) return rename(old, place);
      // Nothing was kept: nothing stood there, or it is back already. It is ours only if it has left `new/`, and was not there before.
      if (step.had || (await isThere(join(staging, "new", step.path)))) return;
      // A folder that is back already is not ours either.
      return unlink(place).catch(ignore("ENOENT", "EISDIR", "EPERM"));
    case "take":
      return (await isThere(old)) ? rename(old, place) : undefined;
    case "make-folder":
      return rmdir(place).catch(ignore("ENOENT", "ENOTEMPTY", "EEXIST", "ENOTDIR"));
    case "drop-folder":
      return mkdir(place).then(() => asItWas(place, step.mode, step.owner), ignore("EEXIST"));
    case "mode":
      return step.from === null || !(await isFolder(place)) ? undefined : chmod(place, step.from);
  }
}

async function asItWas(folder: string, mode: number, owner: Owner | undefined): Promise<void> {
  if (owner !== undefined) await lchown(folder, owner.uid, owner.gid);
  await chmod(folder, mode);
}

/** A step behind a link was never done, since doing it was refused; unless the link came later, and what was kept cannot go back. */
async function refuseIfKept(place: string, old: string): Promise<void> {
  if (await isThere(old)) throw inTheWay(place);
}

/** A link that was put into the way after the plan was made would lead us out of the root. */
async function refuseDetour(root: string, folder: string): Promise<void> {
  const isBelow = folder === root || folder.startsWith(root === sep ? sep : `${root}${sep}`);
  if ((await realpath(folder)) !== folder || (!isBelow && dirname(root) !== folder)) throw inTheWay(folder);
}

async function isDetour(folder: string): Promise<boolean> {
  const real = await realpath(folder).catch(undefinedIfMissing);
  return real !== undefined && real !== folder;
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(undefinedIfMissing))?.isDirectory() === true;
}

async function isThere(path: string): Promise<boolean> {
  const stats: Stats | undefined = await lstat(path).catch(undefinedIfMissing);
  return stats !== undefined;
}

function ignore(...codes: readonly string[]): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (!codes.includes(error.code ?? "")) throw error;
  };
}

function inTheWay(place: string) {
  return backupError(
    "BACKUP_RESTORE_FAILED",
    `${place} is not what it was when the restore was planned, or holds something no backup holds (a socket, an excluded file). Move it away and restore again.`,
  );
}
