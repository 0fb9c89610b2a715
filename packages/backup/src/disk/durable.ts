import { randomBytes } from "node:crypto";
import { type FileHandle, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/** What begins like this is being written or removed, and is never looked at; the next run sweeps it. */
export const STAGING = ".tmp-";

/** So that the names in a folder survive a power cut. Not every system can sync a folder. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  try {
    await handle?.sync();
  } catch {
  } finally {
    await handle?.close();
  }
}

/** A new file, mode 0600, on the disk when this resolves. */
export async function writeNew(file: string, write: (handle: FileHandle) => Promise<unknown>): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await write(handle);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The file is the old one or the new one, whatever happens meanwhile. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const draft = join(dirname(file), `${STAGING}${randomBytes(6).toString("hex")}`);
  try {
    await writeNew(draft, (handle) => handle.writeFile(text));
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(dirname(file));
}

export async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch(undefinedIfMissing);
}

/** For `catch`: what is not there is no error. */
export function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
}
