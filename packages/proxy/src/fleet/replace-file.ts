import { randomBytes } from "node:crypto";
import { type FileHandle, open, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { OpsError } from "@mcp-ops/formats";
import { PROXY_ERROR } from "../codes.ts";

/**
 * Puts other bytes in the place of a file, whole or not at all, with its mode and owner. Refuses when the file no longer holds
 * `before`: somebody else has written it since it was read.
 */
export async function replaceFile(path: string, before: Uint8Array, after: Uint8Array): Promise<void> {
  await writeBeside(path, path, after, async () => {
    if (Buffer.compare(await readFile(path), before) === 0) return;
    throw new OpsError(
      PROXY_ERROR.configChanged,
      `${path} was changed while it was being read. It has been left as it is; try again.`,
    );
  });
}

/** Writes a file with the mode and owner of `like`, whole or not at all, once `check` has passed. */
export async function writeBeside(
  path: string,
  like: string,
  bytes: Uint8Array,
  check: () => Promise<void> = async () => {},
): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString("hex")}.tmp`);
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await fill(file, like, bytes);
    } finally {
      await file.close();
    }
    await check();
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

async function fill(file: FileHandle, like: string, bytes: Uint8Array): Promise<void> {
  const { mode, uid, gid } = await stat(like);
  await file.writeFile(bytes);
  const own = await file.stat();
  if (own.uid !== uid || own.gid !== gid) await file.chown(uid, gid);
  await file.chmod(mode & 0o7777);
  await file.sync();
}

/** So that the new name survives a power cut. Not every system can sync a folder. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch {}
}
