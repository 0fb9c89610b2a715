import { chmod, lchown, mkdir, open, symlink } from "node:fs/promises";
import { dirname } from "node:path";
import type { Expected } from "../archive/open.ts";
import type { FileFacts } from "../manifest/manifest.ts";
import type { Owner } from "./steps.ts";

/** Where an entry goes; undefined: it is only checked. */
export type Destination = (
  facts: FileFacts,
) => { readonly path: string; readonly owner?: Owner | undefined } | undefined;

/** Small files are written at the same time; so many bytes of them are in memory at most. */
const AHEAD = 16;
const SMALL_BYTES = 1 << 18;

/**
 * Writes entries into folders that were empty and ours; what is wrong with an entry is thrown when its content has been read.
 * @param durable sync each file, so that a rename may follow
 */
export async function extract(
  entries: AsyncIterable<Expected>,
  destination: Destination,
  durable: boolean,
  onEntry: (facts: FileFacts) => void,
): Promise<void> {
  const writing = new Set<Promise<void>>();
  const made = new Set<string>();
  let failed: unknown;
  try {
    for await (const { facts, content } of entries) {
      if (failed !== undefined) throw failed;
      const to = destination(facts);
      const parts = facts.size <= SMALL_BYTES ? await collect(content) : content;
      if (to === undefined) for await (const _ of parts);
      else {
        await makeFolder(dirname(to.path), made);
        const work = write(facts, parts, to.path, to.owner, durable);
        if (facts.size > SMALL_BYTES) await work;
        else track(work, writing, (error) => (failed = error));
        if (writing.size >= AHEAD) await Promise.race(writing);
      }
      onEntry(facts);
    }
  } finally {
    await Promise.all(writing);
  }
  if (failed !== undefined) throw failed;
}

function track(work: Promise<void>, writing: Set<Promise<void>>, onError: (error: unknown) => void): void {
  const done: Promise<void> = work.catch(onError).then(() => void writing.delete(done));
  writing.add(done);
}

/** To its end, where its checksum is compared. */
async function collect(content: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const parts: Uint8Array[] = [];
  // A part is a view into a buffer that the reader reuses no more.
  for await (const part of content) parts.push(part);
  return parts;
}

type Parts = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

async function write(
  facts: FileFacts,
  parts: Parts,
  path: string,
  owner: Owner | undefined,
  durable: boolean,
): Promise<void> {
  if (facts.type === "folder") return void (await mkdir(path, { recursive: true, mode: 0o700 }));
  if (facts.type === "link") {
    await symlink(facts.target as string, path);
    if (owner !== undefined) await lchown(path, owner.uid, owner.gid);
    return;
  }
  await writeFile(facts, parts, path, owner, durable);
}

async function writeFile(
  facts: FileFacts,
  parts: Parts,
  path: string,
  owner: Owner | undefined,
  durable: boolean,
): Promise<void> {
  const handle = await open(path, "wx", 0o600);
  try {
    for await (const part of parts) await handle.writeFile(part);
    if (owner !== undefined) await handle.chown(owner.uid, owner.gid);
    // Never setuid, setgid or sticky bits.
    await handle.chmod(facts.mode & 0o777);
    const seconds = Number(BigInt(facts.mtimeNs) / 1000n) / 1e6;
    await handle.utimes(seconds, seconds);
    if (durable) await handle.sync();
  } finally {
    await handle.close();
  }
}

async function makeFolder(folder: string, made: Set<string>): Promise<void> {
  if (made.has(folder)) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  made.add(folder);
}

/** Folders get their modes last, so that one without the right to write can be filled first. */
export async function setFolderModes(
  folders: readonly { readonly path: string; readonly mode: number }[],
): Promise<void> {
  for (const { path, mode } of folders.toReversed()) await chmod(path, mode & 0o777);
}
