import { stat, utimes } from "node:fs/promises";

/** A clock that is a little off is no reason to distrust a file. */
const TOLERANCE_MS = 5_000;

/** How old the data of this node are, by a file that is touched whenever they are brought up to date. */
export class Synced {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** Undefined when nobody knows: no file, or one from the future. */
  async lagMs(leads: boolean): Promise<number | undefined> {
    try {
      // Nobody's data are newer than a primary's; touched, it knows that still after a restart.
      if (leads) await utimes(this.#file, new Date(), new Date());
      const ageMs = Date.now() - (await stat(this.#file)).mtimeMs;
      return ageMs < -TOLERANCE_MS ? undefined : Math.max(0, ageMs);
    } catch {
      return undefined;
    }
  }
}
