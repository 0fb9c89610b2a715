/** Does one thing again and again, so often and never twice at once, until it is stopped. What the thing throws is its own to catch. */
export class Rhythm {
  readonly #everyMs: number;
  readonly #work: (ended: AbortSignal) => Promise<void>;
  readonly #ended = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #busy: Promise<void> = Promise.resolve();

  constructor(everyMs: number, work: (ended: AbortSignal) => Promise<void>) {
    this.#everyMs = everyMs;
    this.#work = work;
  }

  start(): void {
    this.#busy = this.#turn();
  }

  /** Resolves once nothing is done any more. */
  async stop(): Promise<void> {
    this.#ended.abort();
    clearTimeout(this.#timer);
    await this.#busy;
  }

  async #turn(): Promise<void> {
    const begun = performance.now();
    await this.#work(this.#ended.signal);
    if (this.#ended.signal.aborted) return;
    const rest = Math.max(0, this.#everyMs - (performance.now() - begun));
    this.#timer = setTimeout(() => this.start(), rest);
  }
}
