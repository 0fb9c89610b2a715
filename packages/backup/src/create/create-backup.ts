import { rm } from "node:fs/promises";
import type { Dumper } from "../dump/dumper.ts";
import { backupError, isStop, reasonOf } from "../errors.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { recover } from "../restore/recover.ts";
import { type BackupSet, checkSet } from "../set.ts";
import { type Attempt, changeState, markVerified } from "../store/state.ts";
import type { BackupStore } from "../store/store.ts";
import { type BackupRef, newBackupId } from "../targets/target.ts";
import { dump } from "./dumps.ts";
import type { CreateOptions } from "./options.ts";
import { failures, type Problem, problemsOf } from "./problems.ts";
import { stage } from "./stage.ts";
import { sizeOf, type Walked, walkSource } from "./walk.ts";

/** How a run ended. A command exits with 0 (`complete`), 3 (`partial`) or 1 (`failed`). */
export interface BackupReport {
  readonly result: "complete" | "partial" | "failed";
  /** Undefined when it failed: then there is no new backup, and those before are as they were. */
  readonly ref: BackupRef | undefined;
  readonly manifest: Manifest | undefined;
  /** Sources and files that are not in the backup as they should be, and why. */
  readonly problems: readonly Problem[];
  readonly durationMs: number;
}

/**
 * Saves a set. It becomes visible in one step, after it was written, synced and read again; or there is nothing of it.
 * @throws BACKUP_SET_INVALID, BACKUP_BUSY, BACKUP_NO_SPACE, BACKUP_WRITE_FAILED, BACKUP_ABORTED, BACKUP_KEY_UNSAFE,
 *   BACKUP_TOO_MANY_FILES, BACKUP_CHAIN_BROKEN. A source that cannot be saved is no error: see the report.
 */
export async function createBackup(
  store: BackupStore,
  set: BackupSet,
  options: CreateOptions = {},
): Promise<BackupReport> {
  checkSet(set);
  return store.locked(set.name, () => createLocked(store, set, options));
}

/** For who has the set's lock already. */
export async function createLocked(store: BackupStore, set: BackupSet, options: CreateOptions): Promise<BackupReport> {
  const clock = options.now ?? Date.now;
  const startedMs = clock();
  // A restore that was killed has left a mix of two trees, which is not to be saved.
  await recover(store, set);
  const attempt = (result: BackupReport["result"], more: Pick<Attempt, "code" | "totals">) =>
    changeState(store, set.name, {
      lastAttempt: { at: iso(startedMs), result, durationMs: clock() - startedMs, ...more },
    });
  const staging = await store.target.newStaging(set.name);
  try {
    const report = await run(store, set, staging, startedMs, options);
    await attempt(report.result, { totals: report.manifest?.totals });
    return { ...report, durationMs: clock() - startedMs };
  } catch (error) {
    const told = explained(error, store.folder);
    // It may be what has filled the disk, on which is to be noted that the run failed.
    await rm(staging, { recursive: true, force: true });
    await attempt("failed", { code: (told as { code?: string }).code }).catch(() => undefined);
    throw told;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

type Report = Omit<BackupReport, "durationMs">;

async function run(
  store: BackupStore,
  set: BackupSet,
  staging: string,
  startedMs: number,
  options: CreateOptions,
): Promise<Report> {
  const walked = await collect(store, set, staging, options);
  const failed = failures(walked, []);
  if (failed.length > 0) return { result: "failed", ref: undefined, manifest: undefined, problems: failed };
  const ref = { set: set.name, id: newBackupId(startedMs) };
  const previous = (await store.chain(set.name)).lines.findLast((line) => line.event === "made");
  const { manifest, sha256 } = await stage(ref, set, walked, previous, staging, options);
  options.signal?.throwIfAborted();
  const lost = failures(walked, manifest.files);
  if (lost.length > 0) return { result: "failed", ref: undefined, manifest: undefined, problems: lost };
  const { result, archive, totals } = manifest;
  await store.add(ref, staging, { manifest: sha256, result, bytes: archive.bytes, files: totals.files });
  if (options.verify !== false) await markVerified(store, set.name, ref.id, new Date((options.now ?? Date.now)()));
  return { result, ref, manifest, problems: problemsOf(walked, manifest.files) };
}

async function collect(store: BackupStore, set: BackupSet, staging: string, options: CreateOptions): Promise<Walked[]> {
  const walked: Walked[] = [];
  for (const [index, source] of set.sources.entries()) {
    walked.push(await walkSource(source, String(index), store.folder, options.signal));
    options.onProgress?.({ phase: "walk", ...sizeOf(walked), totalBytes: 0 });
  }
  const signal = options.signal ?? new AbortController().signal;
  for (const dumper of set.dumpers ?? ([] as readonly Dumper[])) {
    signal.throwIfAborted();
    options.onProgress?.({ phase: "dump", ...sizeOf(walked), totalBytes: 0 });
    walked.push(await dump(dumper, staging, signal));
  }
  return walked;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function explained(error: unknown, folder: string): unknown {
  const { code } = error as { code?: unknown };
  if (isStop(error)) return backupError("BACKUP_ABORTED", "The backup was stopped. Nothing of it was kept.", error);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return backupError(
      "BACKUP_NO_SPACE",
      `${folder} is full. The backups before are as they were. Make room there, or prune, and run it again.`,
      error,
    );
  }
  const isSystem = typeof code === "string" && /^E[A-Z0-9]+$/.test(code);
  if (!isSystem) return error;
  const message = `The backup cannot be written to ${folder} (${reasonOf(error)}). The backups before are as they were. Give this process the right to write there.`;
  return backupError("BACKUP_WRITE_FAILED", message, error);
}
