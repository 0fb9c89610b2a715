import { availableParallelism } from "node:os";
import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";
import { inOrder } from "../disk/in-order.ts";
import { damaged } from "./header.ts";
import { Input } from "./input.ts";
import { inPieces } from "./pieces.ts";

/*
 * A zstd file in frames of some 4 MiB, each behind a skippable frame that tells its length: the layout of pzstd, which any
 * zstd reads. Node's own streams cannot be used for it. With zstd's threads (`ZSTD_c_nbWorkers`) its compressor ends early
 * without an error (Node 24.21: 50 MB became 0 bytes), and its decompressor stops after some first frames.
 */

const LEVEL = 3;
const FRAME_BYTES = 4 << 20;

/** Of what a frame holds, and of a frame: more than any of ours has, so that no archive can ask for the memory. */
const MAX_FRAME_BYTES = 4 * FRAME_BYTES;

/** A backup is not worth every core of a server that has work to do. */
const THREADS: number = Math.min(2, availableParallelism());

/** One more than threads: it is being filled, or used, meanwhile. */
const AHEAD = THREADS + 1;

const SKIPPABLE = 0x184d2a50;
const HEADER_BYTES = 12;

/** Room for all that comes out, in one buffer: with the usual 16 KiB, most of the time goes into collecting garbage. */
const ROOM_BYTES: number = FRAME_BYTES + (FRAME_BYTES >> 7) + 1024;

const params = { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_checksumFlag]: 1 };
const compressFrame = promisify(zstdCompress);
const decompressFrame = promisify(zstdDecompress);

export async function* toZstd(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Used again when they are compressed: buffers of this size are dear to make, and dearer to collect.
  const free: Uint8Array[] = [];
  const pieces = inPieces(bytes, FRAME_BYTES, () => free.pop() ?? Buffer.allocUnsafeSlow(FRAME_BYTES));
  const frames = inOrder(pieces, AHEAD, async (piece) => {
    const frame = await compressFrame(piece, { params, chunkSize: ROOM_BYTES });
    if (piece.length === FRAME_BYTES) free.push(piece);
    return frame;
  });
  for await (const frame of frames) {
    yield lengthOf(frame);
    yield frame;
  }
}

/** @throws BACKUP_ARCHIVE_DAMAGED while it is read */
export function fromZstd(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return inOrder(frames(bytes), AHEAD, async (frame) => {
    try {
      return await decompressFrame(frame, { maxOutputLength: MAX_FRAME_BYTES, chunkSize: ROOM_BYTES });
    } catch (error) {
      throw damaged(`it cannot be decompressed (${(error as NodeJS.ErrnoException).code})`, error);
    }
  });
}

function lengthOf(frame: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(SKIPPABLE, 0);
  header.writeUInt32LE(4, 4);
  header.writeUInt32LE(frame.length, 8);
  return header;
}

async function* frames(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = new Input(bytes);
  try {
    while (!(await input.isAtEnd())) {
      const header = await input.take(HEADER_BYTES);
      const length = header.readUInt32LE(8);
      const isOurs = header.readUInt32LE(0) === SKIPPABLE && header.readUInt32LE(4) === 4;
      if (!isOurs || length > MAX_FRAME_BYTES) throw damaged("a frame does not begin as ours do");
      yield await input.take(length);
    }
  } finally {
    await input.close();
  }
}
