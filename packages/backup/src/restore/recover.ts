import { rm, rmdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { RESTORE_FOLDER } from "../create/walk.ts";
import type { BackupSet } from "../set.ts";
import { changeState } from "../store/state.ts";
import type { BackupStore } from "../store/store.ts";
import { endJournal, JOURNAL_FILE, type Journal, journalError, readJournal } from "./journal.ts";
import { rootsOf } from "./places.ts";
import { undo } from "./switch.ts";
import { vouched } from "./vouch.ts";

/**
 * Puts right what a killed restore has left: back to the old tree, unless the new one was complete and its probe had passed.
 * Call it under the set's lock; each backup and restore does so before anything else.
 * @returns what was done; undefined when there was nothing to do.
 * @throws BACKUP_JOURNAL_INVALID
 */
export async function recover(store: BackupStore, set: BackupSet): Promise<"rolled-back" | "finished" | undefined> {
  const journal = await readJournal(store, set.name);
  if (journal === undefined) return undefined;
  await refuseStrangeRoots(store, set, journal);
  await (journal.phase === "done" ? finish(store, set.name, journal) : rollBack(store, set.name, journal));
  const result = journal.phase === "done" ? "done" : "rolled-back";
  await changeState(store, set.name, { lastRestore: { at: new Date().toISOString(), result } });
  return journal.phase === "done" ? "finished" : "rolled-back";
}

/** The same for a start, when nothing else is to be done. */
export async function recoverRestore(
  store: BackupStore,
  set: BackupSet,
): Promise<"rolled-back" | "finished" | undefined> {
  return store.locked(set.name, () => recover(store, set));
}

export async function rollBack(store: BackupStore, set: string, journal: Journal): Promise<void> {
  const roots = journal.phase === "switching" ? journal.roots.toReversed() : [];
  for (const root of roots) if ((await vouched(root)) === "yes") await undo(root);
  await finish(store, set, journal);
}

/** Removes what a restore needed, then the journal. */
export async function finish(store: BackupStore, set: string, { roots, phase }: Journal): Promise<void> {
  for (const { staging, made } of roots) {
    await rm(staging, { recursive: true, force: true });
    // Only empty ones go.
    if (phase !== "done") for (const folder of made.toReversed()) await rmdir(folder).catch(() => undefined);
  }
  await endJournal(store, set);
}

/** The journal is only a file: it can send us nowhere the configuration does not, and do nothing a restore has not begun there. */
async function refuseStrangeRoots(store: BackupStore, set: BackupSet, { roots }: Journal): Promise<void> {
  const known = new Set(await rootsOf(set));
  const file = store.file(set.name, JOURNAL_FILE);
  for (const each of roots) {
    const { root, staging, made } = each;
    const isOurs = dirname(staging) === root && basename(staging).startsWith(RESTORE_FOLDER);
    if (!known.has(root)) throw journalError(file, `names ${root}, which the set ${set.name} no longer has`);
    if (!isOurs || !made.every((folder) => isAbove(folder, root)) || (await vouched(each)) === "no") {
      throw journalError(file, `is not the one that was written when ${root} was restored`);
    }
  }
}

function isAbove(folder: string, root: string): boolean {
  return folder === root || root.startsWith(`${folder}/`);
}
