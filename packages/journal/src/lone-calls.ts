/** Two readings cost more than all else that the journal does for a call: so a busy server has some hundred calls a second measured, a quiet one all. */
const MEAN_GAP_MS = 10;

/** An exchange whose CPU time is measured if it stays alone. */
export interface Measured {
  readonly begun: number;
  readonly startUs: number;
}

/** Measures the CPU time of exchanges that have this thread to themselves from begin to end. */
export class LoneCalls {
  #open = 0;
  #begun = 0;
  #dueMs = 0;

  /** `startedAtMs` is monotonic. */
  began(startedAtMs: number): Measured | undefined {
    this.#begun++;
    if (this.#open++ > 0 || startedAtMs < this.#dueMs) return undefined;
    // At random, for else a tool that is always called right behind another one might never have its turn.
    this.#dueMs = startedAtMs + 2 * MEAN_GAP_MS * Math.random();
    return { begun: this.#begun, startUs: cpuUs() };
  }

  /** Microseconds of CPU time; undefined where it was not measured, or others came in between. */
  ended(measured: Measured | undefined): number | undefined {
    this.#open--;
    return measured === undefined || measured.begun !== this.#begun ? undefined : cpuUs() - measured.startUs;
  }
}

/** Of this thread, where Node can tell it apart (since 23.9). */
function cpuUs(): number {
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  return user + system;
}
