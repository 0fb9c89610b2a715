import type { Boot, JournalDefinitions, JournalLine, OpsError } from "@mcp-ops/formats";
import type { JournalLimits } from "../options.ts";
import { JournalFiles } from "./journal-files.ts";
import { findReader, findReaderNow } from "./journal-folder.ts";

/** Servers whose newest listing is kept for a reader that comes later. */
const MAX_KEPT_LISTINGS = 100;

/** Writes lines where a sidecar reads them, and lets them go where none does: no reader, no journal. */
export class JournalWriter {
  readonly #boot: Boot;
  readonly #limits: JournalLimits;
  readonly #runtimeFolder: () => string | undefined;
  readonly #onWarning: (warning: OpsError) => void;
  readonly #listings = new Map<string, JournalDefinitions>();
  #files: JournalFiles | undefined;
  #nextLook = Number.NEGATIVE_INFINITY;
  #complaint = "";

  constructor(
    boot: Boot,
    limits: JournalLimits,
    runtimeFolder: () => string | undefined,
    onWarning: (warning: OpsError) => void,
  ) {
    this.#boot = boot;
    this.#limits = limits;
    this.#runtimeFolder = runtimeFolder;
    this.#onWarning = onWarning;
  }

  /** Whether anybody reads. */
  get isOpen(): boolean {
    return this.#files !== undefined;
  }

  /** Whether a write was not possible, or not of all. */
  get hasMore(): boolean {
    return this.waitingBytes > 0;
  }

  /** Of lines that are not written yet. */
  get waitingBytes(): number {
    return this.#files?.waitingBytes ?? 0;
  }

  /** How many exchanges went with files that nobody has read, since this was asked before. */
  takeLost(): number {
    return this.#files?.takeLost() ?? 0;
  }

  /** Adds a line that tells of so many exchanges. False where there is no room for it. */
  add(line: JournalLine, exchanges: number): boolean {
    if (line.kind === "definitions") this.#keep(line);
    return this.#files?.add(line, exchanges) ?? true;
  }

  /** Looks whether there is a folder for journals, or still is, but not too often. */
  async look(): Promise<void> {
    const runtimeFolder = this.#runtimeFolder();
    const now = performance.now();
    if (runtimeFolder === undefined || now < this.#nextLook) return;
    this.#nextLook = now + this.#limits.lookMs;
    try {
      const folder = await findReader(runtimeFolder);
      if (folder === undefined || (await this.#files?.isThere()) === false) await this.#leave();
      if (this.#files === undefined) this.#open(folder);
      this.#complaint = "";
    } catch (error) {
      await this.#leave();
      this.#complain(error);
    }
  }

  async write(): Promise<void> {
    await this.#files?.write();
  }

  /** For the last moment of a process, which may come before the first look. */
  writeNow(): void {
    this.#files?.writeNow();
  }

  lookNow(): void {
    const runtimeFolder = this.#runtimeFolder();
    if (this.#files === undefined && runtimeFolder !== undefined) this.#open(findReaderNow(runtimeFolder));
  }

  async close(): Promise<void> {
    await this.#leave();
  }

  #open(folder: string | undefined): void {
    if (folder === undefined) return;
    const { maxFileBytes, maxBytes } = this.#limits;
    const files = new JournalFiles({ folder, boot: this.#boot, onWarning: this.#onWarning, maxFileBytes, maxBytes });
    for (const listing of this.#listings.values()) files.add(listing, 0);
    this.#files = files;
  }

  async #leave(): Promise<void> {
    const files = this.#files;
    this.#files = undefined;
    await files?.close();
  }

  #keep(listing: JournalDefinitions): void {
    if (this.#listings.size < MAX_KEPT_LISTINGS || this.#listings.has(listing.server))
      this.#listings.set(listing.server, listing);
  }

  #complain(error: unknown): void {
    const { message } = error as Error;
    if (message === this.#complaint) return;
    this.#complaint = message;
    this.#onWarning(error as OpsError);
  }
}
