import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backupError, isStop, reasonOf } from "../errors.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { type ExtractOptions, extractBackup } from "../restore/extract-backup.ts";
import type { BackupSet } from "../set.ts";
import { markVerified } from "../store/state.ts";
import type { BackupStore } from "../store/store.ts";
import type { BackupRef } from "../targets/target.ts";
import { type DatabaseDrill, type DumpDrill, drillDatabases } from "./databases.ts";

export interface DrillOptions extends ExtractOptions {
  /** Below which the scratch folder is made; default: the system's folder for temporary files. */
  readonly scratch?: string;
  /** How the databases of the set are restored; of others the report says that they were not. */
  readonly databases?: readonly DumpDrill[];
  /** Tries what was restored, for example starts a server on it. Rejects when it does not work. The caller sets its deadline. */
  readonly probe?: (folder: string, manifest: Manifest) => Promise<void>;
}

export interface DrillReport {
  readonly manifest: Manifest;
  readonly databases: readonly DatabaseDrill[];
}

/**
 * Restores a backup to a scratch folder, compares every file with its checksum, restores the databases, asks the probe, and removes the
 * folder: the one proof that a backup can be restored.
 * @throws as a restore does; BACKUP_DUMP_DAMAGED, BACKUP_DUMP_FAILED, BACKUP_PROBE_FAILED
 */
export async function drill(
  store: BackupStore,
  set: BackupSet,
  ref: BackupRef,
  options: DrillOptions = {},
): Promise<DrillReport> {
  const folder = await mkdtemp(join(options.scratch ?? tmpdir(), "mcp-ops-drill-"));
  try {
    const manifest = await extractBackup(store, set, ref, folder, options);
    const signal = options.signal ?? new AbortController().signal;
    const databases = await drillDatabases(folder, manifest, options.databases ?? [], signal);
    await options.probe?.(folder, manifest).catch((error: unknown) => {
      options.signal?.throwIfAborted();
      throw probeFailed(ref, error);
    });
    if ((options.from ?? store.target) === store.target) {
      await store.locked(ref.set, () => markVerified(store, ref.set, ref.id, new Date()));
    }
    return { manifest, databases };
  } catch (error) {
    throw isStop(error) ? backupError("BACKUP_ABORTED", "The drill was stopped. Nothing of it is left.", error) : error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function probeFailed({ set, id }: BackupRef, error: unknown) {
  return backupError(
    "BACKUP_PROBE_FAILED",
    `The backup ${set}/${id} was restored to a scratch folder, but does not work there (${reasonOf(error)}). See to the probe first, then drill an older backup.`,
    error,
  );
}
