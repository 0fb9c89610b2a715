import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";

/** POSIX counts blocks in 512 bytes, whatever those of the disk are. */
const BLOCK_BYTES = 512;
/** Some seconds of work. A folder with more is better measured by its file system. */
export const DEFAULT_MAX_ENTRIES = 200_000;

/**
 * Bytes that a folder or file takes on its disk, without following links; a file with several names in it counts once. Undefined when it is not
 * there, or has more than `maxEntries`.
 */
export async function storageOf(path: string, maxEntries: number = DEFAULT_MAX_ENTRIES): Promise<number | undefined> {
  const walk: Walk = { bytes: 0, entries: 0, maxEntries, linked: new Set() };
  try {
    await measure(path, walk);
    return walk.bytes;
  } catch {
    return undefined;
  }
}

interface Walk {
  bytes: number;
  entries: number;
  readonly maxEntries: number;
  readonly linked: Set<string>;
}

async function measure(path: string, walk: Walk): Promise<void> {
  if (++walk.entries > walk.maxEntries) throw new RangeError("too many entries");
  const found = await lstat(path);
  const name = `${found.dev}:${found.ino}`;
  if (!found.isDirectory() && found.nlink > 1) {
    if (walk.linked.has(name)) return;
    walk.linked.add(name);
  }
  walk.bytes += found.blocks * BLOCK_BYTES;
  if (!found.isDirectory()) return;
  for await (const entry of await opendir(path)) await measureIfThere(join(path, entry.name), walk);
}

/** What goes away while it is looked at takes no room. */
async function measureIfThere(path: string, walk: Walk): Promise<void> {
  try {
    await measure(path, walk);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
