import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { OpenFile } from "../archive/open.ts";
import { notLonger } from "../archive/read-all.ts";
import { stoppable } from "../archive/stoppable.ts";
import { writeNew } from "../disk/durable.ts";
import { backupError } from "../errors.ts";
import { fromFolder, loadManifest, MAX_MANIFEST_BYTES, MAX_SEAL_BYTES } from "../manifest/load.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { OnProgress } from "../progress.ts";
import { signedBy, type Trust } from "../restore/trust.ts";
import { markVerified } from "../store/state.ts";
import type { BackupStore } from "../store/store.ts";
import { plain } from "../targets/local.ts";
import { type BackupRef, MANIFEST_FILE, SEAL_FILE } from "../targets/target.ts";
import { readBack } from "../verify/read-back.ts";

export interface ReceiveOptions {
  /** Whose backups are taken. Its own history does not help a machine that has not made them. */
  readonly trust: Trust;
  /** Of the archive, and of its manifest. */
  readonly maxBytes: number;
  readonly onProgress?: OnProgress;
  /** Stops it; what came already is removed again. */
  readonly signal?: AbortSignal;
}

/**
 * Takes a backup of another machine into the store. Who signed it is looked at before its archive is asked for, and every byte is read again
 * from this disk before it is visible. It is there already: nothing to do.
 * @throws BACKUP_NOT_TRUSTED, BACKUP_TOO_LARGE, BACKUP_MANIFEST_INVALID, BACKUP_ARCHIVE_DAMAGED, BACKUP_ARCHIVE_HOSTILE, BACKUP_BUSY,
 *   and what `open` throws
 */
export async function receiveBackup(
  store: BackupStore,
  open: OpenFile,
  ref: BackupRef,
  options: ReceiveOptions,
): Promise<"received" | "there"> {
  return store.locked(ref.set, async () => {
    if (await store.target.has(ref)) return "there";
    const staging = await store.target.newStaging(ref.set);
    try {
      const { manifest, sha256 } = await fetchInto(staging, stoppable(open, options.signal), ref, options);
      const { result, archive, totals } = manifest;
      await store.add(ref, staging, { manifest: sha256, result, bytes: archive.bytes, files: totals.files });
      await markVerified(store, ref.set, ref.id, new Date());
      return "received";
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  });
}

async function fetchInto(
  staging: string,
  open: OpenFile,
  ref: BackupRef,
  { trust, maxBytes, onProgress, signal }: ReceiveOptions,
): Promise<{ readonly manifest: Manifest; readonly sha256: string }> {
  const take = async (file: string, most: number, through = (bytes: AsyncIterable<Uint8Array>) => bytes) => {
    const bytes = through(notLonger(await open(file), most));
    await writeNew(join(staging, plain(file)), (handle) => handle.writeFile(bytes));
  };
  const staged = fromFolder(staging);
  await take(MANIFEST_FILE, Math.min(maxBytes, MAX_MANIFEST_BYTES));
  await take(SEAL_FILE, MAX_SEAL_BYTES);
  const { manifest, signer } = await loadManifest(staged, ref);
  signedBy(ref, signer, trust);
  if (manifest.archive.bytes > maxBytes) throw tooLarge(ref, manifest.archive.bytes, maxBytes);
  await take(manifest.archive.file, manifest.archive.bytes, (bytes) => told(bytes, manifest, onProgress));
  return readBack(stoppable(staged, signal), ref);
}

/** The same bytes, and how far they have come. */
async function* told(
  chunks: AsyncIterable<Uint8Array>,
  { archive, totals: { files } }: Manifest,
  onProgress?: OnProgress,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    yield chunk;
    bytes += chunk.byteLength;
    onProgress?.({ phase: "fetch", files, bytes, totalBytes: archive.bytes });
  }
}

function tooLarge({ set, id }: BackupRef, bytes: number, maxBytes: number) {
  return backupError(
    "BACKUP_TOO_LARGE",
    `The backup ${set}/${id} has ${bytes} bytes, and no more than ${maxBytes} are taken. Raise the limit, or save less.`,
  );
}
