interface Waiting<T> {
  value: T;
  readonly written: PromiseWithResolvers<void>;
}

/** Writes one value at a time, and of those that wait only the newest: each holds all that the older ones held. */
export class LatestWriter<T> {
  readonly #write: (value: T) => Promise<void>;
  #busy = false;
  #waiting: Waiting<T> | undefined;

  constructor(write: (value: T) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves when this value, or a newer one, is written. */
  write(value: T): Promise<void> {
    if (this.#waiting === undefined) this.#waiting = { value, written: Promise.withResolvers() };
    else this.#waiting.value = value;
    const { promise } = this.#waiting.written;
    if (!this.#busy) void this.#run();
    return promise;
  }

  async #run(): Promise<void> {
    this.#busy = true;
    for (let next = this.#take(); next !== undefined; next = this.#take()) {
      await this.#write(next.value).then(next.written.resolve, next.written.reject);
    }
    this.#busy = false;
  }

  #take(): Waiting<T> | undefined {
    const next = this.#waiting;
    this.#waiting = undefined;
    return next;
  }
}
