import { type Duplex, pipeline, Readable } from "node:stream";
import { createGunzip, createGzip } from "node:zlib";
import type { Codec } from "../set.ts";
import { damaged } from "./header.ts";
import { inPieces } from "./pieces.ts";
import { fromZstd, toZstd } from "./zstd.ts";

export const CODEC_SUFFIX: Readonly<Record<Codec, string>> = { zstd: ".zst", gzip: ".gz", none: "" };

const CHUNK_BYTES = 1 << 18;
const PIECE_BYTES = 1 << 20;

export function compress(bytes: AsyncIterable<Uint8Array>, codec: Codec): AsyncIterable<Uint8Array> {
  if (codec === "zstd") return toZstd(bytes);
  // Thousands of small writes would cost more than the compression.
  const pieces = inPieces(bytes, PIECE_BYTES);
  return codec === "gzip" ? through(pieces, createGzip({ chunkSize: CHUNK_BYTES })) : pieces;
}

/** @throws BACKUP_ARCHIVE_DAMAGED while it is read. */
export function decompress(bytes: AsyncIterable<Uint8Array>, codec: Codec): AsyncIterable<Uint8Array> {
  if (codec === "none") return bytes;
  return codec === "zstd" ? fromZstd(bytes) : gunzip(bytes);
}

async function* gunzip(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* through(bytes, createGunzip({ chunkSize: CHUNK_BYTES }));
  } catch (error) {
    const { code } = error as { code?: unknown };
    throw String(code).startsWith("Z_") ? damaged(`it cannot be decompressed (${code})`, error) : error;
  }
}

function through(bytes: AsyncIterable<Uint8Array>, transform: Duplex): AsyncIterable<Uint8Array> {
  // Errors on the way destroy the transform, and reach whoever reads it.
  pipeline(Readable.from(bytes, { objectMode: false }), transform, () => undefined);
  return transform;
}
