import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { constants, copyFile, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { STAGING, syncFolder, undefinedIfMissing } from "../disk/durable.ts";
import { backupError } from "../errors.ts";
import { checkSetName } from "../set.ts";
import { type BackupRef, type BackupTarget, type ByteRange, isBackupId, MANIFEST_FILE } from "./target.ts";

/** A folder on this machine: `<folder>/<set>/<id>/`, each backup in place by one rename. */
export class LocalTarget implements BackupTarget {
  readonly name: string;
  readonly isLocal: boolean;
  readonly #folder: string;

  /** @param options `isLocal: false` for the mount of another machine's disk. */
  constructor(folder: string, options: { readonly isLocal?: boolean } = {}) {
    this.name = folder;
    this.#folder = folder;
    this.isLocal = options.isLocal ?? true;
  }

  setFolder(set: string): string {
    checkSetName(set);
    return join(this.#folder, set);
  }

  folderOf({ set, id }: BackupRef): string {
    if (!isBackupId(id)) throw missing({ set, id }, this.name);
    return join(this.setFolder(set), id);
  }

  async *list(set: string): AsyncGenerator<BackupRef> {
    const names = (await readdir(this.setFolder(set)).catch(undefinedIfMissing)) ?? [];
    for (const id of names.filter(isBackupId).sort()) {
      if (await this.has({ set, id })) yield { set, id };
    }
  }

  async has(ref: BackupRef): Promise<boolean> {
    return (await stat(join(this.folderOf(ref), MANIFEST_FILE)).catch(undefinedIfMissing)) !== undefined;
  }

  async open(ref: BackupRef, file: string, range?: ByteRange): Promise<AsyncIterable<Uint8Array>> {
    const path = join(this.folderOf(ref), plain(file));
    const stream = createReadStream(path, { highWaterMark: READ_BYTES, ...range });
    return new Promise((resolve, reject) => {
      stream.once("open", () => resolve(stream));
      stream.once("error", (error: NodeJS.ErrnoException) =>
        reject(error.code === "ENOENT" || error.code === "ENOTDIR" ? missing(ref, this.name, file) : error),
      );
    });
  }

  async size(ref: BackupRef, file: string): Promise<number> {
    const stats = await stat(join(this.folderOf(ref), plain(file))).catch(undefinedIfMissing);
    if (stats === undefined) throw missing(ref, this.name, file);
    return stats.size;
  }

  async publish(ref: BackupRef, folder: string, signal?: AbortSignal): Promise<void> {
    const staging = await this.newStaging(ref.set);
    try {
      for (const file of await readdir(folder)) {
        signal?.throwIfAborted();
        await copyDurably(join(folder, file), join(staging, file));
      }
      await this.moveIn(ref, staging);
    } catch (error) {
      await rm(staging, { recursive: true, force: true });
      throw error;
    }
  }

  /** A folder of ours on the file system of the backups, mode 0700. */
  async newStaging(set: string): Promise<string> {
    const staging = join(this.setFolder(set), `${STAGING}${randomBytes(6).toString("hex")}`);
    await mkdir(this.setFolder(set), { recursive: true, mode: 0o700 });
    await mkdir(staging, { mode: 0o700 });
    return staging;
  }

  /** Makes a staging folder, whose files are on the disk, the backup of this id. */
  async moveIn(ref: BackupRef, staging: string): Promise<void> {
    await syncFolder(staging);
    try {
      await rename(staging, this.folderOf(ref));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw code === "ENOTEMPTY" || code === "EEXIST" ? exists(ref, this.name, error) : error;
    }
    await syncFolder(this.setFolder(ref.set));
  }

  async remove(ref: BackupRef): Promise<void> {
    const gone = join(this.setFolder(ref.set), `${STAGING}${randomBytes(6).toString("hex")}`);
    const isThere = await rename(this.folderOf(ref), gone).then(() => true, undefinedIfMissing);
    if (isThere === undefined) return;
    await syncFolder(this.setFolder(ref.set));
    await rm(gone, { recursive: true, force: true });
  }

  /** Removes what runs that were killed have left. Only the holder of the set's lock may call it. */
  async sweep(set: string): Promise<number> {
    const names = (await readdir(this.setFolder(set)).catch(undefinedIfMissing)) ?? [];
    const left = names.filter((name) => name.startsWith(STAGING));
    for (const name of left) await rm(join(this.setFolder(set), name), { recursive: true, force: true });
    return left.length;
  }
}

const READ_BYTES = 1 << 18;

async function copyDurably(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_EXCL);
  const handle = await open(to, "r+");
  try {
    await handle.chmod(0o600);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The name of a file, as long as it names nothing above or below its backup. */
export function plain(file: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9.]*$/.test(file)) return file;
  throw backupError("BACKUP_NOT_FOUND", `${JSON.stringify(file)} is no file of a backup.`);
}

function missing({ set, id }: BackupRef, target: string, file = "backup") {
  return backupError(
    "BACKUP_NOT_FOUND",
    `There is no ${file} of ${set}/${id} in ${target}. \`list\` shows what is there.`,
  );
}

function exists({ set, id }: BackupRef, target: string, cause: unknown) {
  const message = `A backup ${set}/${id} is in ${target} already, and none is ever written over. Remove it first if it is not wanted.`;
  return backupError("BACKUP_EXISTS", message, cause);
}
