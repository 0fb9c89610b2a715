/** Of every so many exchanges that begin while no other is open, one is measured: two readings cost a quarter of a microsecond. */
const ONE_OF = 8;

/** An exchange whose CPU time is measured if it stays alone. */
export interface Measured {
  readonly begun: number;
  readonly startUs: number;
}

/** Measures the CPU time of exchanges that have this thread to themselves from begin to end. */
export class LoneCalls {
  #open = 0;
  #begun = 0;
  #lone = 0;

  began(): Measured | undefined {
    this.#begun++;
    if (this.#open++ > 0 || this.#lone++ % ONE_OF !== 0) return undefined;
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
