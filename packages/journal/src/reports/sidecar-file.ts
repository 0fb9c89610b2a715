import { constants, type Stats } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { findJournalFolder } from "../file/journal-folder.ts";

/** What both documents of a sidecar begin with. */
interface Dated {
  readonly schema: 1;
  readonly generatedAt: string;
}

/** A document, and how old it is. */
export interface Known<T> {
  readonly document: T;
  /** Since the sidecar made it; at least 0. */
  readonly ageMs: number;
}

/** A longer document is none of ours, and would keep the event loop from its work. */
const MAX_BYTES = 4 * 1024 * 1024;
/** Whoever asks again within this gets what was read before. */
const FRESH_MS = 1_000;

/** A document that the sidecar leaves beside the journals: read when it is asked for, and parsed when it has changed. */
export class SidecarFile<T extends Dated> {
  readonly #runtimeFolder: () => string | undefined;
  readonly #name: string;
  readonly #now: () => number;
  #document: T | undefined;
  #stamp = "";
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(runtimeFolder: () => string | undefined, name: string, now: () => number = Date.now) {
    this.#runtimeFolder = runtimeFolder;
    this.#name = name;
    this.#now = now;
  }

  /** What was read last; undefined where there is no document, or none that can be believed. */
  get last(): Known<T> | undefined {
    const document = this.#document;
    return document && { document, ageMs: Math.max(0, this.#now() - Date.parse(document.generatedAt)) };
  }

  /** Reads it, unless that was done a moment ago. Never rejects. */
  async read(): Promise<Known<T> | undefined> {
    if (this.#now() - this.#readAt >= FRESH_MS) {
      this.#reading ??= this.#refresh().finally(() => {
        this.#reading = undefined;
      });
      await this.#reading;
    }
    return this.last;
  }

  async #refresh(): Promise<void> {
    try {
      await this.#load();
    } catch {
      this.#forget();
    }
    this.#readAt = this.#now();
  }

  async #load(): Promise<void> {
    const runtimeFolder = this.#runtimeFolder();
    const folder = runtimeFolder === undefined ? undefined : await findJournalFolder(runtimeFolder);
    if (folder === undefined) return this.#forget();
    await using file = await open(join(folder, this.#name), constants.O_RDONLY | constants.O_NOFOLLOW);
    const found = await file.stat();
    const stamp = `${found.ino} ${found.mtimeMs} ${found.size}`;
    if (stamp === this.#stamp) return;
    if (!isBelievable(found)) return this.#forget();
    this.#document = parsed(await file.readFile("utf8")) as T;
    this.#stamp = stamp;
  }

  #forget(): void {
    this.#document = undefined;
    this.#stamp = "";
  }
}

function isBelievable(found: Stats): boolean {
  const isOurs = found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
  return found.isFile() && isOurs && found.size <= MAX_BYTES;
}

function parsed(text: string): Dated {
  const read = JSON.parse(text) as Partial<Dated> | null;
  if (read?.schema === 1 && !Number.isNaN(Date.parse(String(read.generatedAt)))) return read as Dated;
  throw new TypeError("This is no document of this version of mcp-ops.");
}
