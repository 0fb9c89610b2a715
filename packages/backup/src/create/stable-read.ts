import { hash } from "node:crypto";
import { type BigIntStats, close, constants, fstat, lstat, open, read } from "node:fs";
import { promisify } from "node:util";
import { Measure } from "../archive/measure.ts";
import { reasonOf } from "../errors.ts";
import type { FileFacts } from "../manifest/manifest.ts";

/** Files up to this size are read whole, so that one that changes meanwhile can be read again. */
export const SMALL_BYTES: number = 1 << 20;

// Bare descriptors: the handles of `fs/promises` cost 30 µs more for each file.
const openFile = promisify(open);
const readFrom = promisify(read);
const statOf = promisify(fstat);
const lstatOf = promisify(lstat);
const closeFile = promisify(close);

const ATTEMPTS = 3;
const CHUNK_BYTES = 1 << 18;

/** A file's content as it was read, and the facts as they were then. */
export interface Read {
  readonly facts: FileFacts;
  readonly content: Uint8Array;
}

/**
 * Reads a small file until it was the same before and after, three times at most; then its facts say `changed`.
 * @param room of `SMALL_BYTES`; the content is a part of it.
 * @returns undefined when it has become too large to be read whole.
 */
export async function readSmall(path: string, facts: FileFacts, room: Buffer): Promise<Read | undefined> {
  for (let attempt = 1; ; attempt++) {
    const read = await readOnce(path, facts, room);
    if (read?.facts.status !== "changed" || attempt === ATTEMPTS) return read;
  }
}

/** Opened anew each time: writers who replace a file leave us with the old one. */
async function readOnce(path: string, facts: FileFacts, room: Buffer): Promise<Read | undefined> {
  const { handle, stats } = await openPlain(path);
  try {
    if (stats.size > SMALL_BYTES) return undefined;
    const content = await readWhole(handle, room.subarray(0, Number(stats.size)));
    const isSame = content.length === Number(stats.size) && (await isUnchanged(handle, path, stats, content));
    const status = changed(isSame ? undefined : CHANGED);
    const sha256 = hash("sha256", content, "hex");
    return { content, facts: { ...facts, ...fresh(stats), size: content.length, sha256, ...status } };
  } finally {
    await closeFile(handle);
  }
}

async function isUnchanged(handle: number, path: string, before: BigIntStats, content: Buffer): Promise<boolean> {
  if (!(await isSameFile(path, before))) return false;
  if (Date.now() - Number(before.mtimeMs) > RACY_MS) return true;
  // The clock of file times is coarse: two writes within one tick look like one. So what was written just now is read twice.
  return content.equals(await readWhole(handle, Buffer.alloc(content.length))) && isSameFile(path, before);
}

const RACY_MS = 1000;

/** That it has grown shows in its facts afterwards. */
async function readWhole(handle: number, buffer: Buffer): Promise<Buffer> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await readFrom(handle, buffer, length, buffer.length - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

/** A large file while it is read: its content is exactly `size` bytes long, whatever happens to the file. */
export class LargeRead {
  readonly size: number;
  readonly #path: string;
  readonly #handle: number;
  readonly #before: BigIntStats;
  readonly #measure = new Measure();
  #reason: string | undefined;

  private constructor(path: string, handle: number, before: BigIntStats) {
    this.#path = path;
    this.#handle = handle;
    this.#before = before;
    this.size = Number(before.size);
  }

  static async open(path: string): Promise<LargeRead> {
    const { handle, stats } = await openPlain(path);
    return new LargeRead(path, handle, stats);
  }

  async *content(listener: { read(bytes: number): void }): AsyncGenerator<Uint8Array> {
    const room = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    try {
      for (let at = 0; at < this.size; ) {
        const buffer = room.subarray(0, this.size - at);
        const bytesRead = await this.#readInto(buffer, at);
        // It has shrunk, or fails. The header has promised its size, so zeros fill the place.
        if (bytesRead === 0) this.#reason ??= CHANGED;
        const chunk = bytesRead === 0 ? buffer.fill(0) : buffer.subarray(0, bytesRead);
        this.#measure.add(chunk);
        at += chunk.length;
        listener.read(chunk.length);
        yield chunk;
      }
      if (!(await isSameFile(this.#path, this.#before))) this.#reason ??= CHANGED;
    } finally {
      await closeFile(this.#handle);
    }
  }

  /** When the content has been read. */
  facts(facts: FileFacts): FileFacts {
    const { sha256 } = this.#measure.end();
    return { ...facts, ...fresh(this.#before), size: this.size, sha256, ...changed(this.#reason) };
  }

  async #readInto(buffer: Uint8Array, at: number): Promise<number> {
    try {
      return (await readFrom(this.#handle, buffer, 0, buffer.length, at)).bytesRead;
    } catch (error) {
      this.#reason = `cannot be read from byte ${at} on (${reasonOf(error)})`;
      return 0;
    }
  }
}

/** A link or FIFO that was put in the file's place meanwhile is neither followed nor waited for. */
async function openPlain(path: string): Promise<{ handle: number; stats: BigIntStats }> {
  const handle = await openFile(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const stats = await statOf(handle, { bigint: true });
  if (stats.isFile()) return { handle, stats };
  await closeFile(handle);
  throw Object.assign(new Error(`${path} is no file any more`), { code: "ENOENT" });
}

/** Whether the path still leads to the file that was opened, and nobody has written to it. */
async function isSameFile(path: string, before: BigIntStats): Promise<boolean> {
  const now = await lstatOf(path, { bigint: true }).catch(() => undefined);
  return (
    now !== undefined &&
    now.ino === before.ino &&
    now.dev === before.dev &&
    now.size === before.size &&
    now.mtimeNs === before.mtimeNs &&
    now.ctimeNs === before.ctimeNs
  );
}

function fresh(stats: BigIntStats): Pick<FileFacts, "mode" | "uid" | "gid" | "mtimeNs"> {
  const mode = Number(stats.mode) & 0o7777;
  return { mode, uid: Number(stats.uid), gid: Number(stats.gid), mtimeNs: String(stats.mtimeNs) };
}

const CHANGED = "something wrote to it while it was read";

function changed(reason: string | undefined): Pick<FileFacts, "status" | "reason"> {
  return reason === undefined ? { status: "ok" } : { status: "changed", reason };
}
