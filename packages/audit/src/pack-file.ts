import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm, stat, unlink, utimes } from "node:fs/promises";
import type { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip, createZstdCompress, createZstdDecompress } from "node:zlib";
import { auditError } from "./errors.ts";

export type Packing = "gzip" | "zstd";

const ENDINGS: Readonly<Record<Packing, string>> = { gzip: ".gz", zstd: ".zst" };

/** Packing writes all the time: 64 MiB take a second. */
const ABANDONED_MS = 600_000;

/** Puts a packed file in the place of this one, once what was packed has been unpacked again and is the same. */
export async function packFile(path: string, how: Packing): Promise<void> {
  const draft = `${path}${ENDINGS[how]}.tmp`;
  if (await isBeingWritten(draft)) return;
  const { atime, mtime } = await stat(path);
  const packer = how === "gzip" ? createGzip() : createZstdCompress();
  try {
    await pipeline(createReadStream(path), packer, createWriteStream(draft, { mode: 0o600, flags: "wx" }));
    await demandSame(path, draft, how);
  } catch (error) {
    // Another process began in the same moment: the draft is its own. Otherwise: half a file must not fill a full disk.
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return;
    await rm(draft, { force: true });
    throw error;
  }
  const handle = await open(draft, "r+");
  await handle.sync().finally(() => handle.close());
  await utimes(draft, atime, mtime);
  await rename(draft, `${path}${ENDINGS[how]}`);
  await unlink(path);
}

/** The bytes of a packed file as they were. */
export function unpacked(path: string, how: Packing): Readable {
  const file = createReadStream(path);
  const unpacker: Transform = how === "gzip" ? createGunzip() : createZstdDecompress();
  file.on("error", (error) => unpacker.destroy(error));
  return file.pipe(unpacker);
}

async function demandSame(path: string, draft: string, how: Packing): Promise<void> {
  const [original, read] = await Promise.all([digest(createReadStream(path)), digest(unpacked(draft, how))]);
  if (original === read) return;
  throw auditError(
    "AUDIT_HOUSEKEEPING_FAILED",
    `${path} cannot be packed: what was packed reads differently. It stays.`,
  );
}

async function digest(bytes: Readable): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(bytes, hash);
  return hash.digest("hex");
}

/** Another process may be at the same file. A draft that nobody has touched for long was left by a crash. */
async function isBeingWritten(draft: string): Promise<boolean> {
  const found = await stat(draft).catch(() => undefined);
  if (found === undefined) return false;
  if (Date.now() - found.mtimeMs < ABANDONED_MS) return true;
  await rm(draft, { force: true });
  return false;
}
