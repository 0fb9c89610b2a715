/** Each run takes 100 MB of memory and more, and by default all sets are due at the same minute. */
const MAX_RUNS_AT_ONCE = 2;
/** Who holds a place longer keeps nobody from it any more: a database may never answer. */
const MAX_HELD_MS = 900_000;

/** So many may work at once; the others wait in line. There are never more of them than sets. */
export class Places {
  readonly #maxHeldMs: number;
  readonly #line: (() => void)[] = [];
  #free: number;

  constructor(places: number = MAX_RUNS_AT_ONCE, maxHeldMs: number = MAX_HELD_MS) {
    this.#free = places;
    this.#maxHeldMs = maxHeldMs;
  }

  /** Waits for a place; what it gives leaves that. Rejects when the signal aborts first. */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#turn(signal);
    const timer = setTimeout(() => leave(), this.#maxHeldMs).unref();
    let isHeld = true;
    const leave = () => {
      clearTimeout(timer);
      if (isHeld) this.#next();
      isHeld = false;
    };
    return leave;
  }

  #next(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#free++;
    else next();
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const callOff = () => {
      this.#line.splice(this.#line.indexOf(resolve), 1);
      reject(signal.reason);
    };
    this.#line.push(resolve);
    signal.addEventListener("abort", callOff, { once: true });
    await promise;
    signal.removeEventListener("abort", callOff);
  }
}
