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
  /** Since the sidecar made it. A time to come is as wrong as one that is long gone: a clock was set, and nothing says that it is so now. */
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
  readonly #lists: readonly string[];
  readonly #now: () => number;
  #document: T | undefined;
  #stamp = "";
  /** Monotonic: where the wall clock is set back, what is read must not stay what it was. */
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  /** `lists` names what must be a list of objects in it, so that who reads it finds one. */
  constructor(
    runtimeFolder: () => string | undefined,
    name: string,
    lists: readonly (keyof T & string)[],
    now: () => number = Date.now,
  ) {
    this.#runtimeFolder = runtimeFolder;
    this.#name = name;
    this.#lists = lists;
    this.#now = now;
  }

  /** What was read last; undefined where there is no document, or none that can be believed. */
  get last(): Known<T> | undefined {
    const document = this.#document;
    return document && { document, ageMs: Math.abs(this.#now() - Date.parse(document.generatedAt)) };
  }

  /** Reads it, unless that was done a moment ago. Never rejects. */
  async read(): Promise<Known<T> | undefined> {
    if (performance.now() - this.#readAt >= FRESH_MS) {
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
    this.#readAt = performance.now();
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
    this.#document = parsed(await file.readFile("utf8"), this.#lists) as T;
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

function parsed(text: string, lists: readonly string[]): Dated {
  const read = JSON.parse(text) as (Partial<Dated> & Readonly<Record<string, unknown>>) | null;
  const isDated = read?.schema === 1 && !Number.isNaN(Date.parse(String(read.generatedAt)));
  if (isDated && lists.every((name) => isListOfObjects(read[name]))) return read as Dated;
  throw new TypeError("This is no document of this version of mcp-ops.");
}

function isListOfObjects(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "object" && one !== null);
}
