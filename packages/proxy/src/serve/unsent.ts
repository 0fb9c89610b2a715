import type { Message } from "./message.ts";

/** What a server says to a client that has no stream open waits here, up to a limit. */
export class Unsent {
  readonly #max: number;
  #waiting: Message[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  /** Whether there was room. */
  add(message: Message): boolean {
    if (this.#waiting.length >= this.#max) return false;
    this.#waiting.push(message);
    return true;
  }

  takeAll(): readonly Message[] {
    const all = this.#waiting;
    this.#waiting = [];
    return all;
  }
}
