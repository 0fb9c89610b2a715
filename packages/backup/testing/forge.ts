/** Backups as an attacker would write them: manifest and archive as given, sealed and signed all the same. */
import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { encodeHeader, type Header, padding } from "../src/archive/header.ts";
import { type BackupRef, LocalTarget, newBackupId, publicKeyOf } from "../src/index.ts";
import type { FileFacts, Manifest } from "../src/manifest/manifest.ts";
import { totalsOf } from "../src/manifest/manifest.ts";
import { sealOf } from "../src/manifest/seal.ts";
import { newFolder } from "./stage.ts";

export interface Forged {
  readonly from: LocalTarget;
  readonly ref: BackupRef;
  /** The attacker's key, as if it were trusted: the worst case. */
  readonly publicKey: string;
}

export interface Forgery {
  readonly files: readonly FileFacts[];
  /** The archive before compression. */
  readonly tar: Uint8Array;
  /** Changes the stored archive, and tells the manifest the truth about it. */
  readonly store?: (gzip: Uint8Array) => Uint8Array;
}

export function forge({ files, tar, store = (gzip) => gzip }: Forgery): Forged {
  const folder = newFolder();
  const ref = { set: "story", id: newBackupId(Date.now()) };
  const data = store(gzipSync(tar));
  const { privateKey } = generateKeyPairSync("ed25519");
  const manifest: Manifest = {
    schema: "mcp-ops/backup/1",
    tool: "forged",
    ...ref,
    host: "elsewhere",
    startedAt: new Date().toISOString(),
    finishedAt: new Date().toISOString(),
    result: "complete",
    archive: { file: "data.tar.gz", bytes: data.length, sha256: sha256(data), codec: "gzip", encryption: "none" },
    sources: [{ key: "0", name: "source", kind: "folder", required: true, status: "ok", notes: [] }],
    files,
    totals: totalsOf(files),
    previous: null,
  };
  const text = Buffer.from(JSON.stringify(manifest));
  const place = join(folder, ref.set, ref.id);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "manifest.json"), text);
  writeFileSync(join(place, "seal.json"), JSON.stringify(sealOf(text, privateKey)));
  writeFileSync(join(place, "data.tar.gz"), data);
  return { from: new LocalTarget(folder), ref, publicKey: publicKeyOf(privateKey) };
}

function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function factsOf(path: string, content: string, change: Partial<FileFacts> = {}): FileFacts {
  const owner = { uid: 12345, gid: 12345 };
  const size = Buffer.byteLength(content);
  return {
    path,
    type: "file",
    status: "ok",
    size,
    mode: 0o644,
    ...owner,
    mtimeNs: "0",
    sha256: sha256(content),
    ...change,
  };
}

export function folderFacts(path: string): FileFacts {
  return { path, type: "folder", status: "ok", size: 0, mode: 0o755, uid: 0, gid: 0, mtimeNs: "0" };
}

export function linkFacts(path: string, target: string): FileFacts {
  return { path, type: "link", status: "ok", size: 0, mode: 0o777, uid: 0, gid: 0, mtimeNs: "0", target };
}

/** The archive that these facts describe. */
export function tarOf(entries: readonly (readonly [FileFacts, string])[], flag?: string): Uint8Array {
  const blocks = entries.flatMap(([facts, content]) => [
    headerOf(facts, flag),
    Buffer.from(content),
    Buffer.alloc(padding(content.length)),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** @param flag another type of entry, of files only: `1` is a hard link, `6` a FIFO, `3` a device */
function headerOf({ path, type, mode, uid, gid, size, target = "" }: FileFacts, flag?: string): Uint8Array {
  const header = { path, type, mode, uid, gid, size, target, mtimeSeconds: 0 } as Header;
  const bytes = Buffer.from(encodeHeader(header));
  if (flag === undefined || type !== "file") return bytes;
  bytes.write(flag, 156, "latin1");
  bytes.write("/etc/passwd", 157, "latin1");
  bytes.fill(" ", 148, 156);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return bytes;
}
