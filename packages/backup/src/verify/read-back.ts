import { Measure } from "../archive/measure.ts";
import { checkMeasure, type OpenFile, openArchive } from "../archive/open.ts";
import { type Loaded, loadManifest } from "../manifest/load.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { type OnProgress, progressOf } from "../progress.ts";
import type { BackupRef } from "../targets/target.ts";

/**
 * Reads every byte of a backup and holds it against its manifest: the archive's checksum and, unless it is encrypted and no
 * identity is given, each file's.
 * @throws BACKUP_MANIFEST_INVALID, BACKUP_ARCHIVE_DAMAGED, BACKUP_ARCHIVE_HOSTILE, BACKUP_IDENTITY_NEEDED
 */
export async function readBack(
  open: OpenFile,
  ref: BackupRef,
  onProgress?: OnProgress,
  identities: readonly string[] = [],
): Promise<Loaded> {
  const loaded = await loadManifest(open, ref);
  const isOpaque = loaded.manifest.archive.encryption === "age" && identities.length === 0;
  await (isOpaque ? hashOnly(open, loaded.manifest) : everyFile(open, loaded.manifest, identities, onProgress));
  return loaded;
}

/** @throws BACKUP_ARCHIVE_DAMAGED */
export async function hashOnly(open: OpenFile, { archive }: Manifest): Promise<void> {
  const measure = new Measure();
  for await (const chunk of await open(archive.file)) measure.add(chunk);
  checkMeasure(measure, archive);
}

async function everyFile(
  open: OpenFile,
  manifest: Manifest,
  identities: readonly string[],
  onProgress?: OnProgress,
): Promise<void> {
  const tell = progressOf("verify", manifest.totals.bytes, onProgress);
  for await (const { facts, content } of openArchive(open, manifest, identities)) {
    for await (const _ of content);
    tell(facts);
  }
}
