import { FUTURE_TOLERANCE_MS } from "../retention/plan.ts";
import type { BackupRef } from "../targets/target.ts";
import { type BackupInfo, listBackups } from "./list.ts";
import type { BackupStore } from "./store.ts";

/**
 * The newest backup of a set that is complete and was read in full, which is the one to go back to; undefined when there is none.
 * @throws BACKUP_CHAIN_BROKEN
 */
export async function lastGoodBackup(store: BackupStore, set: string): Promise<BackupRef | undefined> {
  return (await listBackups(store, set)).findLast(isGood)?.ref;
}

/** One from the future says nothing about how new it is. */
function isGood({ result, verifiedAtMs, atMs }: BackupInfo): boolean {
  return result === "complete" && verifiedAtMs !== undefined && atMs <= Date.now() + FUTURE_TOLERANCE_MS;
}
