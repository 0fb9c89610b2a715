import { availableParallelism } from "node:os";
import { type Duplex, pipeline, Readable } from "node:stream";
import { constants, createGunzip, createGzip, createZstdCompress, createZstdDecompress } from "node:zlib";
import type { Codec } from "../set.ts";
import { damaged } from "./header.ts";

export const CODEC_SUFFIX: Readonly<Record<Codec, string>> = { zstd: ".zst", gzip: ".gz", none: "" };

/** A backup is not worth every core of a server that has work to do. */
const MAX_ZSTD_THREADS = 2;
const ZSTD_LEVEL = 3;
const CHUNK_BYTES = 1 << 18;

export function compress(bytes: AsyncIterable<Uint8Array>, codec: Codec): AsyncIterable<Uint8Array> {
  if (codec === "none") return bytes;
  return through(bytes, codec === "gzip" ? createGzip({ chunkSize: CHUNK_BYTES }) : zstd());
}

function zstd(): Duplex {
  const params = {
    [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL,
    [constants.ZSTD_c_checksumFlag]: 1,
    // In zstd's own threads, beside the one that reads and hashes: half the time on two cores.
    [constants.ZSTD_c_nbWorkers]: Math.min(MAX_ZSTD_THREADS, availableParallelism()),
  };
  return createZstdCompress({ chunkSize: CHUNK_BYTES, params });
}

/** @throws BACKUP_ARCHIVE_DAMAGED while it is read. */
export async function* decompress(bytes: AsyncIterable<Uint8Array>, codec: Codec): AsyncGenerator<Uint8Array> {
  if (codec === "none") return yield* bytes;
  const transform =
    codec === "gzip" ? createGunzip({ chunkSize: CHUNK_BYTES }) : createZstdDecompress({ chunkSize: CHUNK_BYTES });
  try {
    yield* through(bytes, transform);
  } catch (error) {
    const code = String((error as { code?: unknown }).code);
    throw /^(Z_|ZSTD_|ERR_ZSTD|ERR_ZLIB)/.test(code) ? damaged(`it cannot be decompressed (${code})`, error) : error;
  }
}

function through(bytes: AsyncIterable<Uint8Array>, transform: Duplex): AsyncIterable<Uint8Array> {
  // Errors on the way destroy the transform, and reach whoever reads it.
  pipeline(Readable.from(bytes, { objectMode: false }), transform, () => undefined);
  return transform;
}
