import { hash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { S3Client, S3Part, SummedBytes } from "./s3-client.ts";

/** `there`: the very same bytes were there already. */
export type Uploaded = "uploaded" | "there" | "another is there";

/** What S3 allows in one upload. */
const MAX_PARTS = 10_000;

/** Sends files: a small one at once, a large one in parts that appear as one object when the last has arrived. */
export function s3Upload(
  client: S3Client,
  partBytes: number,
  signal: AbortSignal | undefined,
): (key: string, path: string) => Promise<Uploaded> {
  return async (key, path) => {
    await using file = await open(path);
    const { size } = await file.stat();
    if (size > partBytes) return await uploadParts(client, key, file, size, partBytes, signal);
    const content = await piece(file, 0, size);
    if (await client.put(key, content, signal)) return "uploaded";
    return compared(client, key, content.sha256);
  };
}

async function uploadParts(
  client: S3Client,
  key: string,
  file: FileHandle,
  size: number,
  partBytes: number,
  signal: AbortSignal | undefined,
): Promise<Uploaded> {
  const step = Math.max(partBytes, Math.ceil(size / MAX_PARTS));
  const upload = await client.startParts(key, signal);
  const parts: S3Part[] = [];
  try {
    for (let from = 0; from < size; from += step) {
      const content = await piece(file, from, Math.min(step, size - from));
      parts.push(await client.putPart(key, upload, parts.length + 1, content, signal));
    }
    if (await client.finishParts(key, upload, parts, signal)) return "uploaded";
  } catch (error) {
    // The error that made it fail is the one to tell; what this leaves, the bucket's lifecycle rule removes.
    await client.dropParts(key, upload).catch(() => {});
    throw error;
  }
  await client.dropParts(key, upload).catch(() => {});
  return compared(client, key, sumOfParts(parts));
}

async function compared(client: S3Client, key: string, sha256: string): Promise<Uploaded> {
  return (await client.head(key))?.sha256 === sha256 ? "there" : "another is there";
}

/** As S3 sums up what came in parts: the sum of the sums, and their number. */
function sumOfParts(parts: readonly S3Part[]): string {
  const sums = Buffer.concat(parts.map(({ ChecksumSHA256 }) => Buffer.from(ChecksumSHA256, "base64")));
  return `${hash("sha256", sums, "base64")}-${parts.length}`;
}

async function piece(file: FileHandle, from: number, length: number): Promise<SummedBytes> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return { bytes: bytes.subarray(0, filled), sha256: hash("sha256", bytes.subarray(0, filled), "base64") };
}
