import { hash } from "node:crypto";
import { constants, open } from "node:fs/promises";
import { dirname } from "node:path";
import { readIfThere, syncFolder } from "../disk/durable.ts";
import { backupError } from "../errors.ts";

/** One line of `chain.jsonl`: a backup that was made, or one that was removed (its tombstone). */
export type ChainEvent = MadeEvent | RemovedEvent;

export interface MadeEvent {
  readonly event: "made";
  readonly at: string;
  readonly id: string;
  /** SHA-256 of its manifest. */
  readonly manifest: string;
  readonly result: "complete" | "partial";
  /** Of its archive. */
  readonly bytes: number;
  readonly files: number;
}

interface RemovedEvent {
  readonly event: "removed";
  readonly at: string;
  readonly id: string;
  readonly reason: string;
}

export type ChainLine = ChainEvent & { readonly sequence: number; readonly prev: string };

const GENESIS = "0".repeat(64);
const ENDING = /,"hash":"([0-9a-f]{64})"\}$/;

/** A set's history: each line holds the hash of the one before, so that a line that was changed or cut out shows. */
export interface Chain {
  readonly lines: readonly ChainLine[];
  /** Hash of the last line. */
  readonly head: string;
  /** Bytes of whole lines; what follows was being written when its process ended. */
  readonly bytes: number;
}

/** @throws BACKUP_CHAIN_BROKEN */
export async function readChain(file: string): Promise<Chain> {
  const text = (await readIfThere(file)) ?? "";
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const lines: ChainLine[] = [];
  let head = GENESIS;
  for (const line of whole.split("\n").slice(0, -1)) {
    const record = parse(line);
    if (record?.prev !== head || record.sequence !== lines.length + 1) throw broken(file, lines.length + 1);
    lines.push(record);
    head = hash("sha256", line, "hex");
  }
  return { lines, head, bytes: Buffer.byteLength(whole) };
}

/** Durable when it resolves. Only the holder of the set's lock may call it. */
export async function appendToChain(file: string, event: ChainEvent): Promise<void> {
  const { lines, head, bytes } = await readChain(file);
  const open_ = JSON.stringify({ sequence: lines.length + 1, ...event, prev: head });
  const line = `${open_.slice(0, -1)},"hash":"${hash("sha256", open_, "hex")}"}\n`;
  const handle = await open(file, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    await handle.truncate(bytes);
    const { bytesWritten } = await handle.write(line, bytes);
    // A disk that fills up takes a part; the next run cuts it off.
    if (bytesWritten !== Buffer.byteLength(line)) throw Object.assign(new Error("cut"), { code: "ENOSPC" });
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(dirname(file));
}

/** The backups that should be there, oldest first. */
export function standing({ lines }: Pick<Chain, "lines">): readonly MadeEvent[] {
  const made = new Map<string, MadeEvent>();
  for (const line of lines) {
    if (line.event === "made") made.set(line.id, line);
    // One that was removed may come back, from a bucket.
    else made.delete(line.id);
  }
  return [...made.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function parse(line: string): ChainLine | undefined {
  const ending = ENDING.exec(line);
  if (ending === null || hash("sha256", line.replace(ENDING, "}"), "hex") !== ending[1]) return undefined;
  return JSON.parse(line) as ChainLine;
}

function broken(file: string, line: number) {
  return backupError(
    "BACKUP_CHAIN_BROKEN",
    `Line ${line} of ${file} is not as it was written. The backups themselves may be sound: \`verify --read-data\` tells. Move the file away, and a new chain begins with the next backup.`,
  );
}
