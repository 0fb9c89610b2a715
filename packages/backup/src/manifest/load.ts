import { hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { OpenFile } from "../archive/open.ts";
import { readAll } from "../archive/read-all.ts";
import { type BackupRef, type BackupTarget, MANIFEST_FILE, SEAL_FILE } from "../targets/target.ts";
import type { Manifest } from "./manifest.ts";
import { parseManifest } from "./parse.ts";
import { checkSeal, type Signer } from "./seal.ts";

/** A manifest that is the one that was written, by its seal. */
export interface Loaded {
  readonly manifest: Manifest;
  readonly sha256: string;
  readonly signer: Signer;
}

/** A million files need some 300 MB. */
export const MAX_MANIFEST_BYTES: number = 1 << 29;
export const MAX_SEAL_BYTES = 10_000;

export function opener(target: BackupTarget, ref: BackupRef): OpenFile {
  return (file) => target.open(ref, file);
}

/** The files of a backup that is in the making. */
export function fromFolder(folder: string): OpenFile {
  return async (file) => createReadStream(join(folder, file), { highWaterMark: 1 << 18 });
}

/** @throws BACKUP_MANIFEST_INVALID, BACKUP_NOT_FOUND */
export async function loadManifest(open: OpenFile, ref: BackupRef): Promise<Loaded> {
  const text = await readAll(await open(MANIFEST_FILE), MAX_MANIFEST_BYTES);
  const signer = checkSeal(text, (await readAll(await open(SEAL_FILE), MAX_SEAL_BYTES)).toString());
  return { manifest: parseManifest(text.toString(), ref), sha256: hash("sha256", text, "hex"), signer };
}
