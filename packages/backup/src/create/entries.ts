import { until } from "../archive/stoppable.ts";
import type { Entry } from "../archive/write.ts";
import { inOrder } from "../disk/in-order.ts";
import { type FileFacts, isArchived } from "../manifest/manifest.ts";
import { LargeRead, type Read, readSmall, SMALL_BYTES } from "./stable-read.ts";
import { absent, type Found } from "./walk.ts";

/** Read ahead, while the one before is compressed; at most so many small files are in memory. */
const AHEAD = 16;

/** Hears how the entries come along. */
export interface Listener {
  /** What has become of a file, in order: also of one that cannot be read, and has no entry. */
  done(facts: FileFacts): void;
  /** Bytes were read. */
  read(bytes: number): void;
}

/**
 * The entries of an archive. The content of an entry is gone when the next one is asked for.
 */
export async function* entriesOf(
  found: readonly Found[],
  listener: Listener,
  signal?: AbortSignal,
): AsyncGenerator<Entry> {
  const free: Buffer[] = [];
  const reads = inOrder(found, AHEAD, (file) =>
    readAhead(file, () => free.pop() ?? Buffer.allocUnsafeSlow(SMALL_BYTES)),
  );
  for await (const { file, read, room } of reads) {
    signal?.throwIfAborted();
    if (read === "large") yield* largeEntry(file, listener, signal);
    else {
      if (isArchived(read.facts)) yield entry(read.facts, read.content);
      listener.read(read.content.length);
      listener.done(read.facts);
    }
    if (room !== undefined) free.push(room);
  }
}

interface ReadAhead {
  readonly file: Found;
  readonly read: Read | "large";
  /** What the content lies in, to be used again. */
  readonly room?: Buffer;
}

async function readAhead(file: Found, newRoom: () => Buffer): Promise<ReadAhead> {
  const { facts, absolute } = file;
  if (facts.type !== "file" || !isArchived(facts)) return { file, read: { facts, content: NOTHING } };
  if (facts.size > SMALL_BYTES) return { file, read: "large" };
  const room = newRoom();
  try {
    return { file, room, read: (await readSmall(absolute, facts, room)) ?? "large" };
  } catch (error) {
    return { file, room, read: unreadable(facts, error) };
  }
}

async function* largeEntry(
  { absolute, facts }: Found,
  listener: Listener,
  signal: AbortSignal | undefined,
): AsyncGenerator<Entry> {
  let read: LargeRead;
  try {
    read = await LargeRead.open(absolute);
  } catch (error) {
    listener.done(unreadable(facts, error).facts);
    return;
  }
  yield entry({ ...facts, size: read.size }, until(signal, read.content(listener)));
  listener.done(read.facts(facts));
}

function unreadable(facts: FileFacts, error: unknown): Read {
  if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  const { status, reason } = absent(facts.path, error as NodeJS.ErrnoException);
  return { facts: { ...facts, size: 0, status, reason }, content: NOTHING };
}

function entry(facts: FileFacts, content: Entry["content"]): Entry {
  const { path, mode, uid, gid, size, target = "", mtimeNs } = facts;
  const type = facts.type as Entry["type"];
  const mtimeSeconds = Number(BigInt(mtimeNs) / 1_000_000_000n);
  return { path, type, mode, uid, gid, size, target, mtimeSeconds, content };
}

const NOTHING = new Uint8Array();
