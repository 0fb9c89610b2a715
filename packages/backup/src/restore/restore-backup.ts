import { stoppable } from "../archive/stoppable.ts";
import { backupError, isStop, reasonOf } from "../errors.ts";
import { loadManifest, opener } from "../manifest/load.ts";
import { isArchived, type Manifest } from "../manifest/manifest.ts";
import type { OnProgress } from "../progress.ts";
import { type BackupSet, checkSet, sourceName } from "../set.ts";
import { changeState } from "../store/state.ts";
import type { BackupStore } from "../store/store.ts";
import type { BackupRef, BackupTarget } from "../targets/target.ts";
import { type Journal, writeJournal } from "./journal.ts";
import { placesOf } from "./places.ts";
import { type Change, changesOf, planOf, type RootPlan, withoutTwins } from "./plan.ts";
import { finish, recover, rollBack } from "./recover.ts";
import { safetyCopy } from "./safety-copy.ts";
import { prepare, stageFiles } from "./stage.ts";
import { apply } from "./switch.ts";
import { checkTrust } from "./trust.ts";

export interface RestoreOptions {
  /** Where the backup is; default: the store. */
  readonly from?: BackupTarget;
  /** Say what would change, and change nothing. */
  readonly dryRun?: boolean;
  /** Asks whether what was restored works; when it rejects, everything is as it was before. The caller sets its deadline. */
  readonly probe?: () => Promise<void>;
  /** `AGE-SECRET-KEY-1…`, for an encrypted backup. */
  readonly identities?: readonly string[];
  readonly onProgress?: OnProgress;
  /** Stops it as long as nothing was replaced; from then on it is brought to its end. */
  readonly signal?: AbortSignal;
}

export interface RestoreReport {
  readonly ref: BackupRef;
  readonly isDryRun: boolean;
  readonly changes: readonly Change[];
  /** The backup of what was there before; none of a dry run, or where nothing had to change. */
  readonly safety: BackupRef | undefined;
  /** What a person should know: files the backup does not hold, databases that are restored apart. */
  readonly notes: readonly string[];
}

/**
 * Makes the sources of a set what they were: verified, staged, then switched file by file under a journal. No file is ever
 * half written; a set that was half switched when the process died is the old one again after the next start.
 * @param ref a backup of the set, or one of its safety copies
 * @throws BACKUP_NOT_TRUSTED, BACKUP_SOURCE_NOT_CONFIGURED, BACKUP_MANIFEST_INVALID, BACKUP_ARCHIVE_DAMAGED,
 *   BACKUP_ARCHIVE_HOSTILE, BACKUP_IDENTITY_NEEDED, BACKUP_NOT_FOUND, BACKUP_BUSY, BACKUP_ABORTED: before anything was touched;
 *   BACKUP_RESTORE_FAILED, BACKUP_PROBE_FAILED: after everything was put back; BACKUP_JOURNAL_INVALID.
 */
export async function restoreBackup(
  store: BackupStore,
  set: BackupSet,
  ref: BackupRef,
  options: RestoreOptions = {},
): Promise<RestoreReport> {
  checkSet(set);
  return store.locked(set.name, async () => {
    await recover(store, set);
    const from = options.from ?? store.target;
    const loaded = await loadManifest(opener(from, ref), ref);
    await checkTrust(store, set, from, ref, loaded);
    const places = await placesOf(set, loaded.manifest);
    const plans = withoutTwins(await Promise.all(places.map((place) => planOf(place, loaded.manifest, store.folder))));
    const changes = plans.flatMap(changesOf);
    const report = { ref, changes, notes: [...notesOf(loaded.manifest), ...plans.flatMap(leftOutNote)] };
    if (options.dryRun === true || changes.length === 0) {
      return { ...report, isDryRun: options.dryRun === true, safety: undefined };
    }
    const safety = await safetyCopy(store, set, ref, options.signal);
    await replace(store, set.name, plans, loaded.manifest, from, ref, options);
    return { ...report, isDryRun: false, safety };
  });
}

/** From the first byte written to the last one removed; whatever fails, the old tree stands again. */
async function replace(
  store: BackupStore,
  set: string,
  plans: readonly RootPlan[],
  manifest: Manifest,
  from: BackupTarget,
  ref: BackupRef,
  options: RestoreOptions,
): Promise<void> {
  let journal: Journal = { version: 1, id: ref.id, phase: "staging", roots: await prepare(plans) };
  const proceed = async (phase: Journal["phase"]) => {
    const next = { ...journal, phase };
    await writeJournal(store, set, next);
    journal = next;
  };
  try {
    await proceed("staging");
    await stageFiles(stoppable(opener(from, ref), options.signal), manifest, plans, journal.roots, options);
    options.signal?.throwIfAborted();
    await proceed("switching");
    await switchAll(journal, options.onProgress);
    await probed(options.probe);
    await proceed("done");
  } catch (error) {
    await rollBack(store, set, journal);
    await noteRestore(store, set, "rolled-back");
    throw explained(error);
  }
  await noteRestore(store, set, "done");
  await finish(store, set, journal);
}

async function switchAll({ roots }: Journal, onProgress?: OnProgress): Promise<void> {
  let files = 0;
  for (const root of roots) {
    await apply(root, () => onProgress?.({ phase: "switch", files: ++files, bytes: 0, totalBytes: 0 }));
  }
}

async function probed(probe: (() => Promise<void>) | undefined): Promise<void> {
  try {
    await probe?.();
  } catch (error) {
    throw backupError(
      "BACKUP_PROBE_FAILED",
      `What was restored does not work (${reasonOf(error)}), so everything is as it was before the restore. Try an older backup, or mend the probe.`,
      error,
    );
  }
}

function noteRestore(store: BackupStore, set: string, result: "done" | "rolled-back"): Promise<void> {
  return changeState(store, set, { lastRestore: { at: new Date().toISOString(), result } });
}

function notesOf({ files, sources }: Manifest): string[] {
  const missing = files
    .filter((facts) => !isArchived(facts))
    .map(({ path }) => `${path} is not in this backup; it is left as it is.`);
  const changed = files
    .filter(({ status }) => status === "changed")
    .map(({ path }) => `${path} was being written when it was saved.`);
  const absent = sources
    .filter(({ status }) => status !== "ok")
    .map(({ name }) => `${name} is not in this backup; it is left as it is.`);
  const databases = sources.filter(({ kind, status }) => kind === "database" && status === "ok");
  return [
    ...absent,
    ...missing,
    ...changed,
    ...databases.map(({ name }) => `The database ${name} is not restored: take its dump out with \`target\`.`),
  ];
}

function leftOutNote({ place, leftOut }: RootPlan): string[] {
  if (leftOut === 0) return [];
  return [
    `${sourceName(place.source)}: ${leftOut} ${leftOut === 1 ? "path" : "paths"} that \`exclude\` leaves out now stay as on the disk.`,
  ];
}

function explained(error: unknown): unknown {
  const { code, path } = error as { code?: unknown; path?: unknown };
  if (isStop(error)) return backupError("BACKUP_ABORTED", "The restore was stopped. Nothing was replaced.", error);
  if (typeof code === "string" && code.startsWith("BACKUP_")) return error;
  return backupError(
    "BACKUP_RESTORE_FAILED",
    `The restore failed (${reasonOf(error)}${typeof path === "string" ? ` at ${path}` : ""}), and everything is as it was before. See to what it says and restore again.`,
    error,
  );
}
