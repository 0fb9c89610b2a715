import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm, stat, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip, createZstdCompress } from "node:zlib";
import { auditServerSlug, type PrunedFields } from "@mcp-ops/formats";
import { type ChainFile, chainFiles, endOfFile } from "./chain-files.ts";
import { isChainOpen } from "./chain-lock.ts";

export interface HousekeepingPolicy {
  readonly compress: "gzip" | "zstd" | "none";
  /** Files whose last record is older are deleted, and a record says so. */
  readonly keepMs: number;
  /** The oldest files are deleted until the rest takes no more than this. */
  readonly keepBytes: number;
}

/** Compressing writes all the time: 64 MiB take a second. */
const ABANDONED_MS = 600_000;

/** What housekeeping may touch: `chain` is our own, whose newest file is open. */
export interface House {
  readonly folder: string;
  readonly server: string;
  readonly chain: string;
}

/** Closed files of this server. The newest of a chain always stays: the next start continues from its end. */
function closedFiles({ folder, server, chain }: House): ChainFile[] {
  const slug = auditServerSlug(server);
  const files = chainFiles(folder).filter((file) => file.chain.slice(0, file.chain.lastIndexOf(".")) === slug);
  return files.filter((file, i) => {
    const isNewest = files[i + 1]?.chain !== file.chain;
    return !isNewest && (file.chain === chain || !isChainOpen(folder, file.chain));
  });
}

export async function compressClosed(house: House, compress: HousekeepingPolicy["compress"]): Promise<void> {
  if (compress === "none") return;
  for (const { file, compression } of closedFiles(house)) {
    if (compression === "") await compressFile(join(house.folder, file), compress);
  }
}

async function compressFile(path: string, how: "gzip" | "zstd"): Promise<void> {
  const [ending, packer] = how === "gzip" ? [".gz", createGzip()] : [".zst", createZstdCompress()];
  const draft = `${path}${ending}.tmp`;
  if (await isBeingWritten(draft)) return;
  const { atime, mtime } = await stat(path);
  try {
    await pipeline(createReadStream(path), packer, createWriteStream(draft, { mode: 0o600, flags: "wx" }));
  } catch (error) {
    // Another process began in the same moment: the draft is its own. Otherwise: half a file must not fill a full disk.
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return;
    await rm(draft, { force: true });
    throw error;
  }
  const handle = await open(draft, "r+");
  await handle.sync().finally(() => handle.close());
  await utimes(draft, atime, mtime);
  await rename(draft, `${path}${ending}`);
  await unlink(path);
}

/** Another process may be at the same file. A draft that nobody has touched for long was left by a crash. */
async function isBeingWritten(draft: string): Promise<boolean> {
  const found = await stat(draft).catch(() => undefined);
  if (found === undefined) return false;
  if (Date.now() - found.mtimeMs < ABANDONED_MS) return true;
  await rm(draft, { force: true });
  return false;
}

export interface Prunable {
  readonly path: string;
  readonly fields: PrunedFields;
}

/** The files that retention gives up, oldest first, each chain only from its beginning. */
export async function prunable(house: House, policy: HousekeepingPolicy, now: number): Promise<Prunable[]> {
  const files = await Promise.all(
    closedFiles(house).map(async (file) => ({ ...file, ...(await stat(join(house.folder, file.file))) })),
  );
  const kept = new Set<string>();
  const found: Prunable[] = [];
  let bytes = files.reduce((sum, { size }) => sum + size, 0);
  for (const { file, chain, size, mtimeMs } of files.sort((a, b) => a.mtimeMs - b.mtimeMs || a.sequence - b.sequence)) {
    const isDue = now - mtimeMs > policy.keepMs || bytes > policy.keepBytes;
    if (!isDue || kept.has(chain)) {
      kept.add(chain);
      continue;
    }
    const path = join(house.folder, file);
    const end = endOfFile(path);
    bytes -= size;
    if (end.record === undefined) continue;
    const sequenceOfFile = Number(end.record.sequence);
    found.push({ path, fields: { event: "audit.pruned", chain, file, sequenceOfFile, hashOfFile: end.hash } });
  }
  return found;
}
