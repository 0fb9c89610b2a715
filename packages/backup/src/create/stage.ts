import type { KeyObject } from "node:crypto";
import { rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { CODEC_SUFFIX, compress } from "../archive/codec.ts";
import { encrypt } from "../archive/encryption.ts";
import { Measure, type Measured } from "../archive/measure.ts";
import { stoppable } from "../archive/stoppable.ts";
import { writeArchive } from "../archive/write.ts";
import type { MadeEvent } from "../chain/chain.ts";
import { writeNew } from "../disk/durable.ts";
import { openSignKey } from "../manifest/keys.ts";
import { fromFolder } from "../manifest/load.ts";
import { type ArchiveFacts, type FileFacts, MANIFEST_SCHEMA, type Manifest, totalsOf } from "../manifest/manifest.ts";
import { sealOf } from "../manifest/seal.ts";
import type { OnProgress } from "../progress.ts";
import { type BackupSet, DEFAULT_CODEC } from "../set.ts";
import { type BackupRef, MANIFEST_FILE, SEAL_FILE } from "../targets/target.ts";
import { TOOL } from "../tool.ts";
import { readBack } from "../verify/read-back.ts";
import { entriesOf, type Listener } from "./entries.ts";
import type { CreateOptions } from "./options.ts";
import { problemsOf } from "./problems.ts";
import { sizeOf, type Walked } from "./walk.ts";

export interface Staged {
  readonly manifest: Manifest;
  readonly sha256: string;
}

/** Writes archive, manifest and seal into the staging folder, syncs them, and reads them again. */
export async function stage(
  ref: BackupRef,
  set: BackupSet,
  walked: readonly Walked[],
  previous: Pick<MadeEvent, "id" | "manifest"> | undefined,
  staging: string,
  options: CreateOptions,
): Promise<Staged> {
  const clock = options.now ?? Date.now;
  const startedAt = new Date(clock()).toISOString();
  // Before anything is written, since without it nothing else is worth writing.
  const key = set.signKeyFile === undefined ? undefined : openSignKey(set.signKeyFile);
  const { archive, files } = await archiveInto(staging, set, walked, options);
  const sources = walked.map(({ source }) => source);
  const manifest: Manifest = {
    schema: MANIFEST_SCHEMA,
    tool: TOOL,
    ...ref,
    host: hostname(),
    startedAt,
    finishedAt: new Date(clock()).toISOString(),
    result: problemsOf(walked, files).length === 0 ? "complete" : "partial",
    archive,
    sources,
    files,
    totals: totalsOf(files),
    previous: previous === undefined ? null : { id: previous.id, sha256: previous.manifest },
  };
  const sha256 = await writeManifest(staging, manifest, key);
  await rm(join(staging, "dumps"), { recursive: true, force: true });
  if (options.verify !== false) await readBack(stoppable(fromFolder(staging), options.signal), ref, options.onProgress);
  return { manifest, sha256 };
}

async function archiveInto(
  staging: string,
  set: BackupSet,
  walked: readonly Walked[],
  { onProgress, signal }: CreateOptions,
): Promise<{ archive: ArchiveFacts; files: FileFacts[] }> {
  const files: FileFacts[] = [];
  const { codec = DEFAULT_CODEC, recipients = [] } = set;
  const listener = listenerOf(files, sizeOf(walked).bytes, onProgress);
  const entries = entriesOf(
    walked.flatMap(({ found }) => found),
    listener,
    signal,
  );
  const packed = compress(writeArchive(entries), codec);
  const isEncrypted = recipients.length > 0;
  const file = `data.tar${CODEC_SUFFIX[codec]}${isEncrypted ? ".age" : ""}`;
  const stored = isEncrypted ? await encrypt(packed, recipients) : packed;
  const measured = await write(join(staging, file), stored);
  return { archive: { file, ...measured, codec, encryption: isEncrypted ? "age" : "none" }, files };
}

function listenerOf(files: FileFacts[], totalBytes: number, onProgress: OnProgress | undefined): Listener {
  let bytes = 0;
  const tell = () => onProgress?.({ phase: "write", files: files.length, bytes, totalBytes });
  return {
    done: (facts) => {
      files.push(facts);
      tell();
    },
    read: (more) => {
      bytes += more;
      tell();
    },
  };
}

async function write(file: string, bytes: AsyncIterable<Uint8Array>): Promise<Measured> {
  const measure = new Measure();
  await writeNew(file, (handle) => handle.writeFile(measure.through(bytes)));
  return measure.end();
}

async function writeManifest(staging: string, manifest: Manifest, key?: KeyObject): Promise<string> {
  const text = Buffer.from(`${JSON.stringify(manifest)}\n`);
  const seal = sealOf(text, key);
  await writeNew(join(staging, SEAL_FILE), (handle) => handle.writeFile(JSON.stringify(seal)));
  await writeNew(join(staging, MANIFEST_FILE), (handle) => handle.writeFile(text));
  return seal.sha256;
}
