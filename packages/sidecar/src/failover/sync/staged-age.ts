import { mkdir, utimes, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Synced } from "../synced.ts";

/**
 * How old the data of this node are. While the process lives a monotonic clock counts on from what the primary stated; over a restart a file does,
 * by the clock of this machine.
 */
export class StagedAge {
  readonly #file: string;
  readonly #now: () => number;
  #known: { readonly ageMs: number; readonly at: number } | undefined;

  constructor(file: string, now: () => number = () => performance.now()) {
    this.#file = file;
    this.#now = now;
  }

  /** Undefined when nobody knows. Nobody's data are newer than a primary's. */
  async lagMs(leads: boolean): Promise<number | undefined> {
    if (leads) await this.note(0, this.#now());
    if (this.#known === undefined) {
      const ageMs = await new Synced(this.#file).lagMs(false);
      if (ageMs === undefined) return undefined;
      this.#known ??= { ageMs, at: this.#now() };
    }
    return this.#known.ageMs + this.#now() - this.#known.at;
  }

  /** @param at by the monotonic clock, before the age was asked for: what passes meanwhile makes the data older. */
  async note(ageMs: number, at: number): Promise<void> {
    this.#known = { ageMs, at };
    const time = new Date(Date.now() - (ageMs + this.#now() - at));
    const touched = utimes(this.#file, time, time);
    // A disk that takes nothing costs the knowledge after the next restart, and nothing now.
    await touched.catch(() => this.#make(time)).catch(() => {});
  }

  async #make(time: Date): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
    await writeFile(this.#file, "", { mode: 0o600 });
    await utimes(this.#file, time, time);
  }
}
