import { stoppable } from "../archive/stoppable.ts";
import { backupError } from "../errors.ts";
import { loadManifest, opener } from "../manifest/load.ts";
import type { BackupStore } from "../store/store.ts";
import type { BackupRef, BackupTarget } from "../targets/target.ts";
import { hashOnly } from "../verify/read-back.ts";

export interface SendOptions {
  /** Let a backup leave this machine that is not encrypted, or not signed. It holds every secret of the configurations in it. */
  readonly allowPlaintext?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Copies a backup of the store to another target, whole and at once. It is there already: nothing to do.
 * @throws BACKUP_PLAINTEXT_REFUSED, BACKUP_NOT_FOUND, BACKUP_MANIFEST_INVALID, BACKUP_ARCHIVE_DAMAGED, and what the target throws
 */
export async function sendBackup(
  store: BackupStore,
  to: BackupTarget,
  ref: BackupRef,
  { allowPlaintext = false, signal }: SendOptions = {},
): Promise<"sent" | "there"> {
  const { manifest, signer } = await loadManifest(opener(store.target, ref), ref);
  const isSafe = manifest.archive.encryption !== "none" && signer !== undefined;
  if (!to.isLocal && !isSafe && !allowPlaintext) throw refused(ref, to, signer === undefined);
  // What has rotted here would be believed to be safe there.
  await hashOnly(stoppable(opener(store.target, ref), signal), manifest);
  try {
    await to.publish(ref, store.target.folderOf(ref), signal);
    return "sent";
  } catch (error) {
    if ((error as { code?: unknown }).code === "BACKUP_EXISTS") return "there";
    throw error;
  }
}

function refused({ set, id }: BackupRef, to: BackupTarget, isUnsigned: boolean) {
  const what = isUnsigned ? "signed" : "encrypted";
  const fix = isUnsigned ? "`signKeyFile`" : "`recipients`";
  return backupError(
    "BACKUP_PLAINTEXT_REFUSED",
    `The backup ${set}/${id} is not ${what}, so it does not leave this machine for ${to.name}. Give the set ${fix} and make a new backup; or say \`allowPlaintext\` if whoever reads or changes it there may.`,
  );
}
