import { backupError, isStop, messageOf } from "../errors.ts";
import { loadManifest, opener } from "../manifest/load.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { checkTrust, trustOf } from "../restore/trust.ts";
import type { BackupSet } from "../set.ts";
import type { BackupStore } from "../store/store.ts";
import type { BackupRef, BackupTarget } from "../targets/target.ts";
import { type ReceiveOptions, receiveBackup } from "./receive.ts";

export type FetchOptions = Pick<ReceiveOptions, "onProgress" | "signal">;

/** A backup in another place, as its manifest says it is. */
export interface Offered {
  readonly ref: BackupRef;
  /** Undefined when it cannot be read. */
  readonly manifest: Manifest | undefined;
  /** Whether a key of the set signed it, so that it may be fetched and restored here. */
  readonly isTrusted: boolean;
  /** Why it is not. */
  readonly reason: string | undefined;
}

/** Looks at a backup in another place; reads its manifest only. What is wrong with it is no error. */
export async function offeredBackup(
  store: BackupStore,
  set: BackupSet,
  from: BackupTarget,
  ref: BackupRef,
): Promise<Offered> {
  try {
    const loaded = await loadManifest(opener(from, ref), ref);
    await checkTrust(store, set, from, ref, loaded);
    return { ref, manifest: loaded.manifest, isTrusted: true, reason: undefined };
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "BACKUP_S3_FAILED" || isStop(error)) throw error;
    return { ref, manifest: undefined, isTrusted: false, reason: messageOf(error) };
  }
}

/**
 * Copies a backup from another place into the store, where it is one of the set's own from then on: what a machine begins with that takes
 * over from one that is lost. It becomes visible in one step, after every byte was held against the manifest. It must be signed by
 * a key that the set names: the history of this store cannot know it.
 * @returns "there" when the store has it already
 * @throws BACKUP_NOT_TRUSTED, BACKUP_NOT_FOUND, BACKUP_MANIFEST_INVALID, BACKUP_ARCHIVE_DAMAGED, BACKUP_BUSY, BACKUP_ABORTED, and what the
 *   place throws
 */
export async function fetchBackup(
  store: BackupStore,
  set: BackupSet,
  from: BackupTarget,
  ref: BackupRef,
  options: FetchOptions = {},
): Promise<"fetched" | "there"> {
  try {
    const how = { ...options, trust: trustOf(set), maxBytes: Number.MAX_SAFE_INTEGER };
    return (await receiveBackup(store, opener(from, ref), ref, how)) === "received" ? "fetched" : "there";
  } catch (error) {
    throw isStop(error) ? stopped(error) : error;
  }
}

function stopped(cause: unknown) {
  return backupError("BACKUP_ABORTED", "It was stopped. What came already is removed again.", cause);
}
