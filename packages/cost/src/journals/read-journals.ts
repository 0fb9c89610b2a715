import { constants } from "node:fs";
import { open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Boot, parseJournalFileName } from "@mcp-ops/formats";
import type { Ledger } from "../ledger/ledger.ts";
import { readJournalFile } from "./read-file.ts";

export interface JournalReadingOptions {
  readonly folder: string;
  readonly ledger: Ledger;
  /** Whether the process may still write. */
  readonly isAlive: (boot: Boot) => boolean;
  /** For all files together. Each gets its share, so that one that is huge holds up no other. */
  readonly maxBytes?: number;
}

/** What reading the journals has come to. */
export interface JournalReading {
  readonly files: number;
  readonly bytes: number;
  /** Not all was read for now. */
  readonly isBehind: boolean;
  /** Journals that cannot be read, with why. */
  readonly unreadable: readonly { readonly name: string; readonly why: string }[];
  /** Journals that were read to their end, and deleted because nobody writes them any more. */
  readonly finished: readonly string[];
}

/** A second's work at most. */
export const DEFAULT_MAX_JOURNAL_BYTES: number = 8 * 1024 * 1024;

interface Named extends Boot {
  readonly name: string;
  readonly file: number;
}

interface Outcome {
  readonly named: Named;
  readonly bytes: number;
  readonly isBehind: boolean;
  readonly isFinished: boolean;
  readonly why: string | undefined;
}

/** Reads on in every journal of a folder, and deletes those that are read and done with. Rejects when the ledger cannot be written. */
export async function readJournals(options: JournalReadingOptions): Promise<JournalReading> {
  const { folder, ledger, maxBytes = DEFAULT_MAX_JOURNAL_BYTES } = options;
  const journals = await journalsIn(folder);
  const each = Math.ceil(maxBytes / Math.max(1, journals.length));
  const outcomes: Outcome[] = [];
  for (const named of journals) outcomes.push(await readOne(named, journals, each, options));
  const finished = outcomes.filter(({ isFinished }) => isFinished).map(({ named }) => named.name);
  await remove(folder, finished, ledger);
  missGone(journals, ledger);
  return {
    files: journals.length,
    bytes: outcomes.reduce((sum, { bytes }) => sum + bytes, 0),
    isBehind: outcomes.some(({ isBehind }) => isBehind),
    unreadable: outcomes.flatMap(({ named: { name }, why }) => (why === undefined ? [] : [{ name, why }])),
    finished,
  };
}

/** Oldest file of a process first. */
async function journalsIn(folder: string): Promise<readonly Named[]> {
  const names = await readdir(folder);
  const journals = names.flatMap((name) => {
    const parsed = parseJournalFileName(name);
    return parsed === undefined ? [] : [{ name, ...parsed }];
  });
  return journals.toSorted((a, b) => a.bootId.localeCompare(b.bootId) || a.pid - b.pid || a.file - b.file);
}

async function readOne(
  named: Named,
  journals: readonly Named[],
  maxBytes: number,
  { folder, ledger, isAlive }: JournalReadingOptions,
): Promise<Outcome> {
  // Asked before it is read: what a process writes before it ends is read then.
  const isDead = !isAlive(named);
  const hasSuccessor = journals.some((other) => isSuccessor(other, named));
  try {
    const { bytes, isBehind, torn } = await readJournalFile(folder, named.name, ledger, maxBytes);
    const isFull = hasSuccessor && ledger.journalPlace(named.name).offset >= MIN_FULL_BYTES;
    const isFinished = !isBehind && (isDead || isFull);
    if (isFinished && torn > 0) giveUp(named.name, torn, ledger);
    return { named, bytes, isBehind, isFinished, why: undefined };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith("COST_")) throw error;
    const isGone = code === "ENOENT";
    return { named, bytes: 0, isBehind: false, isFinished: false, why: isGone ? undefined : (code ?? message) };
  }
}

/** A process with two journals writes two files at once; only what is this long was left for the next one. */
const MIN_FULL_BYTES = 1024 * 1024;

/** Its process has begun another file after it. */
function isSuccessor(other: Named, named: Named): boolean {
  return other.bootId === named.bootId && other.pid === named.pid && other.file > named.file;
}

/** Half a line that nobody will end. */
function giveUp(name: string, torn: number, ledger: Ledger): void {
  const { offset, isSkipping } = ledger.journalPlace(name);
  ledger.bookJournal({ name, offset: offset + torn, isSkipping: false, garbage: isSkipping ? 0 : 1 }, []);
}

/** Only what is in the ledger for good may go. */
async function remove(folder: string, names: readonly string[], ledger: Ledger): Promise<void> {
  if (names.length === 0) return;
  ledger.sync();
  await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
  // A power cut must not bring back a journal of which nobody knows any more that it was read.
  await syncFolder(folder);
  ledger.forgetJournals(names);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function missGone(journals: readonly Named[], ledger: Ledger): void {
  const present = new Set(journals.map(({ name }) => name));
  const gone = ledger.journals.filter((name) => !present.has(name));
  if (gone.length > 0) ledger.missJournals(gone);
}
