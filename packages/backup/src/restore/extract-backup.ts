import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { openArchive } from "../archive/open.ts";
import { stoppable, until } from "../archive/stoppable.ts";
import { backupError, isStop } from "../errors.ts";
import { loadManifest, opener } from "../manifest/load.ts";
import { isArchived, type Manifest } from "../manifest/manifest.ts";
import { type OnProgress, progressOf } from "../progress.ts";
import type { BackupSet } from "../set.ts";
import type { BackupStore } from "../store/store.ts";
import type { BackupRef, BackupTarget } from "../targets/target.ts";
import { extract, setFolderModes } from "./extract.ts";
import { checkTrust } from "./trust.ts";

export interface ExtractOptions {
  readonly from?: BackupTarget;
  readonly identities?: readonly string[];
  readonly onProgress?: OnProgress;
  /** Stops it; what was written is removed again. */
  readonly signal?: AbortSignal;
}

/**
 * Writes all a backup holds, databases too, into a folder of its own (`files/…`, `databases/…`), and touches nothing else:
 * for a look, or a drill. Every file is compared with its checksum on the way.
 * @throws as a restore does; also BACKUP_RESTORE_FAILED when the folder is not empty, BACKUP_ABORTED.
 */
export async function extractBackup(
  store: BackupStore,
  set: BackupSet,
  ref: BackupRef,
  folder: string,
  options: ExtractOptions = {},
): Promise<Manifest> {
  const from = options.from ?? store.target;
  const loaded = await loadManifest(opener(from, ref), ref);
  await checkTrust(store, set, from, ref, loaded);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) throw notEmpty(folder);
  try {
    await fill(folder, loaded.manifest, from, ref, options);
    options.signal?.throwIfAborted();
  } catch (error) {
    for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
    throw isStop(error) ? stopped(error) : error;
  }
  return loaded.manifest;
}

async function fill(folder: string, manifest: Manifest, from: BackupTarget, ref: BackupRef, options: ExtractOptions) {
  const { identities = [], onProgress, signal } = options;
  const entries = openArchive(stoppable(opener(from, ref), signal), manifest, identities);
  await extract(
    until(signal, entries),
    ({ path }) => ({ path: join(folder, path) }),
    false,
    progressOf("stage", manifest.totals.bytes, onProgress),
  );
  const folders = manifest.files.filter((facts) => facts.type === "folder" && isArchived(facts));
  await setFolderModes(folders.map(({ path, mode }) => ({ path: join(folder, path), mode })));
}

function stopped(cause: unknown) {
  return backupError("BACKUP_ABORTED", "It was stopped. What was taken out of the backup is removed again.", cause);
}

function notEmpty(folder: string) {
  return backupError(
    "BACKUP_RESTORE_FAILED",
    `${folder} is not empty, and nothing in it is written over. Give a new folder.`,
  );
}
