/** The first wait; each further one is twice as long. */
const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** A server that ran for so long is well again. */
const WELL_AFTER_MS = 60_000;

/** How long to wait before a server is started again. `random` spreads servers that fell together. */
export class BackOff {
  readonly #random: () => number;
  #failures = 0;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Milliseconds to wait, after a run of `ranForMs`. */
  next(ranForMs: number): number {
    this.#failures = ranForMs >= WELL_AFTER_MS ? 0 : this.#failures;
    const wait = Math.min(FIRST_MS * 2 ** this.#failures++, LONGEST_MS);
    return wait * (0.5 + this.#random() / 2);
  }
}
