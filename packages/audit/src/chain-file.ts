import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** The file a chain is being written to. What could not be written in full is taken back, and written over by the next attempt. */
export class OpenChainFile {
  readonly name: string;
  readonly openedAt: number;
  readonly #path: string;
  readonly #fd: number;
  #bytes = 0;
  #hasLeftover = false;

  /** Fails if a file with something in it is there already: nothing of ours ever writes to a file it did not make. */
  constructor(folder: string, name: string, now: number) {
    this.name = name;
    this.openedAt = now;
    this.#path = join(folder, name);
    this.#fd = openNew(this.#path);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** All of it, or an error and nothing of it. */
  append(text: string, durable: boolean): void {
    const buffer = Buffer.from(text);
    if (this.#hasLeftover) this.#takeBack();
    try {
      let written = 0;
      while (written < buffer.length) {
        written += writeSync(this.#fd, buffer, written, buffer.length - written, this.#bytes + written);
      }
      if (durable) fsyncSync(this.#fd);
    } catch (error) {
      this.#hasLeftover = true;
      try {
        this.#takeBack();
      } catch {
        // The next attempt begins with it.
      }
      throw error;
    }
    this.#bytes += buffer.length;
  }

  /** Whether another file, or none, stands where ours was. */
  isLost(): boolean {
    const there = statSync(this.#path, { throwIfNoEntry: false, bigint: true });
    const ours = fstatSync(this.#fd, { bigint: true });
    return there === undefined || there.ino !== ours.ino || there.dev !== ours.dev || ours.size < BigInt(this.#bytes);
  }

  sync(): void {
    fsyncSync(this.#fd);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #takeBack(): void {
    ftruncateSync(this.#fd, this.#bytes);
    this.#hasLeftover = false;
  }
}

/** An empty file of that name was left by an attempt of ours that found no room for its first record. */
function openNew(path: string): number {
  try {
    return openSync(path, "wx", 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST" || lstatSync(path).size > 0) throw error;
    unlinkSync(path);
    return openSync(path, "wx", 0o600);
  }
}

/** So that the name of a new file survives a power cut. Not every system can sync a folder. */
export function syncFolder(folder: string): void {
  try {
    const fd = openSync(folder, "r");
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {}
}
