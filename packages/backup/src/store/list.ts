import { standing } from "../chain/chain.ts";
import type { BackupRef } from "../targets/target.ts";
import { timeOfId } from "../targets/target.ts";
import { type Attempt, readState, type SetState } from "./state.ts";
import type { BackupStore } from "./store.ts";

/** A backup that is there, as the set's history knows it. */
export interface BackupInfo {
  readonly ref: BackupRef;
  /** Milliseconds since 1970 of its start. */
  readonly atMs: number;
  readonly result: "complete" | "partial";
  /** Of its archive. */
  readonly bytes: number;
  readonly files: number;
  /** When it was last read in full and found sound, in milliseconds since 1970; undefined when it never was. */
  readonly verifiedAtMs: number | undefined;
}

/**
 * The backups of a set in the store, oldest first. A folder that the history does not know is not listed: `verifySet` tells of it.
 * @throws BACKUP_CHAIN_BROKEN
 */
export async function listBackups(store: BackupStore, set: string): Promise<readonly BackupInfo[]> {
  const { verified } = await readState(store, set);
  const infos: BackupInfo[] = [];
  for (const { id, result, bytes, files } of standing(await store.chain(set))) {
    const ref = { set, id };
    if (!(await store.target.has(ref))) continue;
    const at = verified[id];
    infos.push({
      ref,
      atMs: timeOfId(id),
      result,
      bytes,
      files,
      verifiedAtMs: at === undefined ? undefined : Date.parse(at),
    });
  }
  return infos.sort((a, b) => (a.ref.id < b.ref.id ? -1 : 1));
}

/** What metrics say of a set, read from the disk: a restart invents nothing. Undefined is "never". */
export interface BackupStatus {
  readonly lastAttempt: Attempt | undefined;
  /** The newest complete backup that is still there. */
  readonly lastComplete: BackupInfo | undefined;
  /** Of all that are there, when one was last read in full and found sound; milliseconds since 1970. */
  readonly lastVerifiedAtMs: number | undefined;
  readonly lastRestore: SetState["lastRestore"];
  readonly retained: number;
  readonly retainedBytes: number;
}

/** @throws BACKUP_CHAIN_BROKEN */
export async function backupStatus(store: BackupStore, set: string): Promise<BackupStatus> {
  const { lastAttempt, lastRestore } = await readState(store, set);
  const backups = await listBackups(store, set);
  const verified = backups.flatMap(({ verifiedAtMs }) => (verifiedAtMs === undefined ? [] : [verifiedAtMs]));
  return {
    lastAttempt,
    lastComplete: backups.findLast(({ result }) => result === "complete"),
    lastVerifiedAtMs: verified.length === 0 ? undefined : Math.max(...verified),
    lastRestore,
    retained: backups.length,
    retainedBytes: backups.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/**
 * Removes a backup and leaves its tombstone in the history.
 * @param reason why, for the tombstone: `prune: older than 30 days`
 * @throws BACKUP_BUSY, BACKUP_CHAIN_BROKEN
 */
export async function removeBackup(store: BackupStore, ref: BackupRef, reason: string): Promise<void> {
  await store.locked(ref.set, () => store.remove(ref, reason));
}
