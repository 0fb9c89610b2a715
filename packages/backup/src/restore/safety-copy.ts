import { createLocked } from "../create/create-backup.ts";
import { backupError } from "../errors.ts";
import type { BackupSet } from "../set.ts";
import type { BackupStore } from "../store/store.ts";
import type { BackupRef } from "../targets/target.ts";

/** Where the copies of a set lie that were made before its restores: apart, so that they neither count nor age as its backups. */
export function safetyName(set: string): string {
  return `${set}.safety`;
}

export const DEFAULT_SAFETY_COPIES = 5;

/**
 * Saves what the restore of `restored` is about to replace. What is missing is no obstacle, since that may be why it is restored.
 * @throws BACKUP_RESTORE_FAILED when something is there and cannot be read: it would be lost.
 */
export async function safetyCopy(
  store: BackupStore,
  set: BackupSet,
  restored: BackupRef,
  signal?: AbortSignal,
): Promise<BackupRef> {
  const sources = set.sources.map((source) => ({ ...source, required: false }));
  const name = safetyName(set.name);
  return store.locked(name, async () => {
    const { ref, problems } = await createLocked(
      store,
      { ...set, name, sources, dumpers: [] },
      signal === undefined ? {} : { signal },
    );
    const lost = problems.find(({ status }) => status === "unreadable");
    if (ref === undefined || lost !== undefined) {
      const why = lost === undefined ? "it failed" : `${lost.what}: ${lost.reason}`;
      throw backupError(
        "BACKUP_RESTORE_FAILED",
        `What is there now cannot be saved before it is replaced (${why}). Nothing was touched. Give this process the right to read it, or move it away.`,
      );
    }
    await removeOldest(store, name, restored);
    return ref;
  });
}

/** But for the one that is being restored. */
async function removeOldest(store: BackupStore, set: string, restored: BackupRef): Promise<void> {
  const refs: BackupRef[] = [];
  for await (const ref of store.target.list(set)) refs.push(ref);
  for (const ref of refs.slice(0, -DEFAULT_SAFETY_COPIES).filter(({ id }) => id !== restored.id))
    await store.remove(ref, "a safety copy older than the last five");
}
