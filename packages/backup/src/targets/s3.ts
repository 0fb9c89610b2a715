import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { backupError } from "../errors.ts";
import { checkSetName } from "../set.ts";
import { plain } from "./local.ts";
import { loadS3, type S3Client } from "./s3-client.ts";
import { S3_PART_BYTES, type S3Options } from "./s3-options.ts";
import { s3Upload } from "./s3-upload.ts";
import { type BackupRef, type BackupTarget, type ByteRange, isBackupId, MANIFEST_FILE } from "./target.ts";

/**
 * A bucket of Amazon S3 or a store that speaks its protocol, with conditional writes (`If-None-Match`) and SHA-256 checksums.
 * Needs the package `@aws-sdk/client-s3`.
 *
 * @throws OpsError `BACKUP_S3_MISSING` when that is not installed
 */
export async function openS3Target(options: S3Options): Promise<BackupTarget & Disposable> {
  const client = await loadS3(options, options.identity);
  const remover = options.deleteIdentity === undefined ? client : await loadS3(options, options.deleteIdentity);
  return new S3Target(options, client, remover);
}

class S3Target implements BackupTarget, Disposable {
  readonly name: string;
  readonly isLocal = false;
  readonly #client: S3Client;
  readonly #remover: S3Client;
  readonly #options: S3Options;

  constructor(options: S3Options, client: S3Client, remover: S3Client) {
    this.name = `s3://${options.bucket}/${options.prefix ?? ""}`;
    this.#options = options;
    this.#client = client;
    this.#remover = remover;
  }

  async *list(set: string): AsyncGenerator<BackupRef> {
    for await (const key of this.#client.keys(this.#setKey(set))) {
      const [id = "", file] = key.slice(this.#setKey(set).length).split("/");
      if (file === MANIFEST_FILE && isBackupId(id)) yield { set, id };
    }
  }

  async open(ref: BackupRef, file: string, range?: ByteRange): Promise<AsyncIterable<Uint8Array>> {
    return (await this.#client.get(this.#key(ref, plain(file)), range)) ?? missing(ref, this.name, file);
  }

  async size(ref: BackupRef, file: string): Promise<number> {
    return (await this.#client.head(this.#key(ref, plain(file))))?.bytes ?? missing(ref, this.name, file);
  }

  /** The manifest goes last, because a backup is there when its manifest is. */
  async publish(ref: BackupRef, folder: string, signal?: AbortSignal): Promise<void> {
    if ((await this.#client.head(this.#key(ref, MANIFEST_FILE))) !== undefined) throw exists(ref, this.name);
    const upload = s3Upload(this.#client, this.#options.partBytes ?? S3_PART_BYTES, signal);
    for (const file of (await readdir(folder)).filter((name) => name !== MANIFEST_FILE)) {
      const key = this.#key(ref, file);
      // What a killed run has left is the same file, or else in the way.
      if ((await upload(key, join(folder, file))) === "another is there") throw inTheWay(ref, this.name, file);
    }
    const manifest = await upload(this.#key(ref, MANIFEST_FILE), join(folder, MANIFEST_FILE));
    if (manifest !== "uploaded") throw exists(ref, this.name);
  }

  async remove(ref: BackupRef): Promise<void> {
    await this.#remover.delete(this.#key(ref, MANIFEST_FILE));
    for await (const key of this.#remover.keys(this.#key(ref, ""))) await this.#remover.delete(key);
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
    this.#remover.destroy();
  }

  #setKey(set: string): string {
    checkSetName(set);
    return `${this.#options.prefix ?? ""}${set}/`;
  }

  #key({ set, id }: BackupRef, file: string): string {
    return isBackupId(id) ? `${this.#setKey(set)}${id}/${file}` : missing({ set, id }, this.name, file);
  }
}

function missing({ set, id }: BackupRef, target: string, file: string): never {
  throw backupError(
    "BACKUP_NOT_FOUND",
    `There is no ${file} of ${set}/${id} in ${target}. \`list\` shows what is there.`,
  );
}

function exists({ set, id }: BackupRef, target: string): Error {
  const message = `A backup ${set}/${id} is in ${target} already, and none is ever written over. Remove it first if it is not wanted.`;
  return backupError("BACKUP_EXISTS", message);
}

function inTheWay({ set, id }: BackupRef, target: string, file: string): Error {
  const message = `Another ${file} lies where ${set}/${id} is to go in ${target}, left by a run that was cut off. Remove ${set}/${id} there.`;
  return backupError("BACKUP_S3_FAILED", message);
}
