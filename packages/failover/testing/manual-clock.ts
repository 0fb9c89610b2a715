import type { Clock } from "../src/clock.ts";

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  #now = 50_000;
  #wall = Date.UTC(2026, 0, 1);
  #timers: { readonly at: number; readonly call: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#wall;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), call };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** Lets time pass, timer by timer; promises settle in between. */
  async run(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#pass(next.at - this.#now);
      this.#timers = this.#timers.filter((one) => one !== next);
      next.call();
      await settled();
    }
    this.#pass(end - this.#now);
    await settled();
  }

  /** Time passes and no timer runs, as for a process that is frozen. */
  freeze(ms: number): void {
    this.#pass(ms);
  }

  /** The time of day is set anew. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  #next(end: number): { at: number; call: () => void } | undefined {
    return this.#timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
  }

  #pass(ms: number): void {
    this.#now += Math.max(0, ms);
    this.#wall += Math.max(0, ms);
  }
}

/** All promises that can settle without a timer have settled. */
async function settled(): Promise<void> {
  for (let n = 0; n < 3; n += 1) await new Promise((resolve) => setImmediate(resolve));
}
