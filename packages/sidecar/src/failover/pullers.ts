/** Processes told apart at once; the others are taken for nameless ones. */
const MAX_NAMED = 100;
const NAMELESS = "";

/**
 * Who has been told that it may lead, and until when. A lease is given back before its time only when each of them has confirmed that it has
 * stopped, or its time is over. Times are monotonic, in milliseconds.
 */
export class Pullers {
  readonly #now: () => number;
  readonly #until = new Map<string, number>();
  #listeners: (() => void)[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** It may lead for so long from now. */
  told(puller: string | undefined, remainingMs: number): void {
    this.#forget();
    const isNamed = puller !== undefined && (this.#until.has(puller) || this.#until.size < MAX_NAMED);
    const name = isNamed ? puller : NAMELESS;
    this.#until.set(name, Math.max(this.#until.get(name) ?? 0, this.#now() + remainingMs));
  }

  stopped(puller: string): void {
    this.#until.delete(puller);
    for (const listener of this.#listeners) listener();
  }

  /** `drained` when nobody may believe any longer that it leads; `unconfirmed` when the signal aborts before. */
  allStopped(signal: AbortSignal): Promise<"drained" | "unconfirmed"> {
    const { promise, resolve } = Promise.withResolvers<"drained" | "unconfirmed">();
    let timer: NodeJS.Timeout | undefined;
    const look = () => {
      this.#forget();
      clearTimeout(timer);
      if (this.#until.size === 0) return resolve("drained");
      timer = setTimeout(look, Math.max(1, Math.min(...this.#until.values()) - this.#now()));
    };
    this.#listeners.push(look);
    signal.addEventListener("abort", () => resolve("unconfirmed"), { once: true });
    if (signal.aborted) resolve("unconfirmed");
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      this.#listeners = this.#listeners.filter((one) => one !== look);
    });
  }

  #forget(): void {
    for (const [name, until] of this.#until) if (until <= this.#now()) this.#until.delete(name);
  }
}
