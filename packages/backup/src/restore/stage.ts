import { randomBytes } from "node:crypto";
import { lchown, lstat, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type OpenFile, openArchive } from "../archive/open.ts";
import { RESTORE_FOLDER } from "../create/walk.ts";
import { syncFolder, undefinedIfMissing } from "../disk/durable.ts";
import type { FileFacts, Manifest } from "../manifest/manifest.ts";
import { progressOf } from "../progress.ts";
import { extract } from "./extract.ts";
import type { RootPlan } from "./plan.ts";
import type { RestoreOptions } from "./restore-backup.ts";
import type { RootSteps } from "./steps.ts";
import { vouch } from "./vouch.ts";

/** Chooses the staging folders, and finds which folders have to be made for a root. Makes none. */
export function prepare(plans: readonly RootPlan[]): Promise<RootSteps[]> {
  return Promise.all(
    plans.map(async ({ place: { root }, steps }) => {
      const staging = join(root, `${RESTORE_FOLDER}${randomBytes(6).toString("hex")}`);
      return { root, staging, made: await missingFolders(root), steps };
    }),
  );
}

async function missingFolders(folder: string): Promise<string[]> {
  const isThere = (await lstat(folder).catch(undefinedIfMissing)) !== undefined;
  return isThere ? [] : [...(await missingFolders(dirname(folder))), folder];
}

/** Takes out of the archive what the plans want, checks all of it, and has it on the disk when this resolves. */
export async function stageFiles(
  open: OpenFile,
  manifest: Manifest,
  plans: readonly RootPlan[],
  roots: readonly RootSteps[],
  { identities = [], onProgress }: RestoreOptions,
): Promise<void> {
  for (const { made, staging } of roots) {
    for (const folder of made) await makeAsParent(folder);
    await mkdir(staging, { mode: 0o700 });
    await mkdir(join(staging, "new"), { mode: 0o700 });
  }
  const folders = new Set<string>();
  await extract(
    openArchive(open, manifest, identities),
    (facts) => destination(facts, plans, roots, folders),
    true,
    progressOf("stage", manifest.totals.bytes, onProgress),
  );
  for (const folder of folders) await syncFolder(folder);
  for (const root of roots) await vouch(root);
}

/** It belongs to whom the folder above it belongs. */
async function makeAsParent(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o755 });
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await lstat(dirname(folder));
  await lchown(folder, uid, gid);
}

function destination(facts: FileFacts, plans: readonly RootPlan[], roots: readonly RootSteps[], folders: Set<string>) {
  for (const [index, { wanted }] of plans.entries()) {
    const file = wanted.get(facts.path);
    if (file === undefined) continue;
    const path = join((roots[index] as RootSteps).staging, "new", file.path);
    folders.add(dirname(path));
    return { path, owner: file.owner };
  }
  return undefined;
}
