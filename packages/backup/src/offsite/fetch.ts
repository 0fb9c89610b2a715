import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { damaged } from "../archive/header.ts";
import { Measure } from "../archive/measure.ts";
import { checkMeasure } from "../archive/open.ts";
import { notLonger } from "../archive/read-all.ts";
import { until } from "../archive/stoppable.ts";
import { writeNew } from "../disk/durable.ts";
import { backupError, isStop, messageOf } from "../errors.ts";
import { type Loaded, loadManifest, MAX_MANIFEST_BYTES, MAX_SEAL_BYTES, opener } from "../manifest/load.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { OnProgress } from "../progress.ts";
import { checkTrust } from "../restore/trust.ts";
import type { BackupSet } from "../set.ts";
import { markVerified } from "../store/state.ts";
import type { BackupStore } from "../store/store.ts";
import { type BackupRef, type BackupTarget, MANIFEST_FILE, SEAL_FILE } from "../targets/target.ts";

export interface FetchOptions {
  readonly onProgress?: OnProgress;
  /** Stops it; what came already is removed again. */
  readonly signal?: AbortSignal;
}

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
    const loaded = await loadTrusted(store, set, from, ref);
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
  const loaded = await loadTrusted(store, set, from, ref);
  return store.locked(set.name, async () => {
    if (await store.target.has(ref)) return "there";
    const staging = await store.target.newStaging(set.name);
    try {
      await copy(from, ref, loaded, staging, options);
      const { result, archive, totals } = loaded.manifest;
      await store.add(ref, staging, { manifest: loaded.sha256, result, bytes: archive.bytes, files: totals.files });
      await markVerified(store, set.name, ref.id, new Date());
      return "fetched";
    } catch (error) {
      throw isStop(error) ? stopped(error) : error;
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  });
}

async function loadTrusted(store: BackupStore, set: BackupSet, from: BackupTarget, ref: BackupRef): Promise<Loaded> {
  const loaded = await loadManifest(opener(from, ref), ref);
  await checkTrust(store, set, from, ref, loaded);
  return loaded;
}

async function copy(
  from: BackupTarget,
  ref: BackupRef,
  { manifest, sha256, signer }: Loaded,
  staging: string,
  { onProgress, signal }: FetchOptions,
): Promise<void> {
  const { archive, totals } = manifest;
  const measure = new Measure();
  const take = async (file: string, pass: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>) => {
    const content = pass(until(signal, await from.open(ref, file)));
    await writeNew(join(staging, file), async (handle) => {
      for await (const chunk of content) {
        await handle.appendFile(chunk);
        onProgress?.({ phase: "fetch", files: totals.files, bytes: measure.bytes, totalBytes: archive.bytes });
      }
    });
  };
  await take(archive.file, (bytes) => measure.through(notLonger(bytes, archive.bytes)));
  checkMeasure(measure, archive);
  await take(SEAL_FILE, (bytes) => notLonger(bytes, MAX_SEAL_BYTES));
  await take(MANIFEST_FILE, (bytes) => notLonger(bytes, MAX_MANIFEST_BYTES));
  // Somebody may have exchanged it there since it was looked at.
  const came = await loadManifest(async (file) => createReadStream(join(staging, file)), ref);
  if (came.sha256 !== sha256 || came.signer !== signer)
    throw damaged("its manifest was exchanged while it was fetched");
}

function stopped(cause: unknown) {
  return backupError("BACKUP_ABORTED", "It was stopped. What came already is removed again.", cause);
}
