import { constants, openSync, writeSync } from "node:fs";
import { type FileHandle, lstat, open, unlink } from "node:fs/promises";
import { join } from "node:path";
import { type Boot, formatJournalLine, type JournalLine, journalFileName, OpsError } from "@mcp-ops/formats";
import { JOURNAL_ERROR } from "../codes.ts";
import { Unwritten } from "./unwritten.ts";

export interface JournalFilesOptions {
  /** Folder for journals; it exists. */
  readonly folder: string;
  readonly boot: Boot;
  readonly onWarning: (warning: OpsError) => void;
  /** A file this long is followed by another. */
  readonly maxFileBytes: number;
  /** All files together; the oldest makes room. */
  readonly maxBytes: number;
}

interface OpenFile {
  readonly fd: number;
  readonly handle: FileHandle | undefined;
  readonly path: string;
  size: number;
  exchanges: number;
}

interface ClosedFile {
  readonly path: string;
  readonly size: number;
  readonly exchanges: number;
}

const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** Names taken by another copy of this package in the same process. */
const MAX_NAMES_TRIED = 1000;

/**
 * The journal files of one process, of which it is the only writer. Bytes are written at the place where they belong, so that a write that was cut short
 * goes on where it stopped, and one that is repeated at the last moment does no harm.
 */
export class JournalFiles {
  readonly #options: JournalFilesOptions;
  readonly #unwritten = new Unwritten();
  #current: OpenFile | undefined;
  #closed: ClosedFile[] = [];
  #index = 0;
  #writing: Promise<void> | undefined;
  #hasWarned = false;
  #lost = 0;

  constructor(options: JournalFilesOptions) {
    this.#options = options;
  }

  /** How many exchanges went with files that nobody had taken away, since this was asked before. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  /** Of lines that are not written yet. */
  get waitingBytes(): number {
    return this.#unwritten.bytes;
  }

  /** Adds a line that tells of so many exchanges. False where there is no room for it. */
  add(line: JournalLine, exchanges: number): boolean {
    return this.#unwritten.add(formatJournalLine(line), exchanges);
  }

  /** Writes what is there. Never rejects: what cannot be written is tried again the next time, as far as there is room. */
  write(): Promise<void> {
    this.#writing ??= this.#attempt().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  /** The same at once, for the last moment of a process. */
  writeNow(): void {
    try {
      this.#current ??= this.#openedNow();
      const file = this.#current;
      while (this.#unwritten.bytes > 0) {
        const chunk = this.#unwritten.chunk();
        this.#wrote(file, writeSync(file.fd, chunk, 0, chunk.length, file.size));
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Whether the file is still where a reader looks: the folder may have been taken away, moved, or made anew. */
  async isThere(): Promise<boolean> {
    const { handle, path } = this.#current ?? {};
    if (handle === undefined || path === undefined) return true;
    const [own, found] = await Promise.all([handle.stat(), lstat(path).catch(() => undefined)]);
    return found !== undefined && found.ino === own.ino && found.dev === own.dev;
  }

  async close(): Promise<void> {
    await this.write();
    const file = this.#current;
    this.#current = undefined;
    await file?.handle?.close().catch(() => {});
  }

  async #attempt(): Promise<void> {
    try {
      await this.#rotate();
      this.#current ??= await this.#opened();
      const file = this.#current;
      while (this.#unwritten.bytes > 0) {
        const chunk = this.#unwritten.chunk();
        const written = await (file.handle as FileHandle).write(chunk, 0, chunk.length, file.size);
        this.#wrote(file, written.bytesWritten);
      }
      this.#hasWarned = false;
    } catch (error) {
      this.#failed(error);
    }
  }

  #wrote(file: OpenFile, bytes: number): void {
    if (bytes === 0) throw new Error("nothing was written");
    file.size += bytes;
    file.exchanges += this.#unwritten.took(bytes);
  }

  /** Only between whole lines: a line never goes on in another file. */
  async #rotate(): Promise<void> {
    const file = this.#current;
    if (file === undefined || file.size < this.#options.maxFileBytes || this.#unwritten.isTorn) return;
    this.#current = await this.#opened();
    this.#closed.push(file);
    await file.handle?.close();
    await this.#makeRoom();
  }

  async #makeRoom(): Promise<void> {
    const { maxBytes, maxFileBytes } = this.#options;
    const total = () => this.#closed.reduce((sum, { size }) => sum + size, maxFileBytes);
    while (this.#closed.length > 0 && total() > maxBytes) {
      const oldest = this.#closed.shift() as ClosedFile;
      // A file that is gone was read to its end: nothing of it is lost.
      await unlink(oldest.path).then(
        () => {
          this.#lost += oldest.exchanges;
        },
        () => {},
      );
    }
  }

  async #opened(): Promise<OpenFile> {
    for (let tries = 1; ; tries++) {
      const path = this.#nextPath();
      try {
        const handle = await open(path, FLAGS, 0o600);
        return this.#begun({ fd: handle.fd, handle, path, size: 0, exchanges: 0 });
      } catch (error) {
        demandTaken(error, tries);
      }
    }
  }

  #openedNow(): OpenFile {
    for (let tries = 1; ; tries++) {
      const path = this.#nextPath();
      try {
        return this.#begun({ fd: openSync(path, FLAGS, 0o600), handle: undefined, path, size: 0, exchanges: 0 });
      } catch (error) {
        demandTaken(error, tries);
      }
    }
  }

  #nextPath(): string {
    return join(this.#options.folder, journalFileName(this.#options.boot, this.#index++));
  }

  #begun(file: OpenFile): OpenFile {
    const startedAt = new Date(performance.timeOrigin).toISOString();
    const start = { kind: "start", schema: 1, ...this.#options.boot, startedAt, file: this.#index - 1 } as const;
    this.#unwritten.addFirst(formatJournalLine(start));
    return file;
  }

  #failed(cause: unknown): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const { code, message } = cause as NodeJS.ErrnoException;
    const text = `The journal in ${this.#options.folder} cannot be written (${code ?? message}). It is tried again every few seconds; the sidecar counts what could not be kept as lost. Make room, or give the process the right to write there.`;
    this.#options.onWarning(new OpsError(JOURNAL_ERROR.writeFailed, text, { cause }));
  }
}

/** Throws whatever is wrong but a name that is taken. */
function demandTaken(error: unknown, tries: number): void {
  if ((error as NodeJS.ErrnoException).code !== "EEXIST" || tries > MAX_NAMES_TRIED) throw error;
}
