import { MAX_HELD_BYTES } from "./options.ts";

/** A request that waits for somebody to lead. */
export interface Guest {
  readonly bodyBytes: number;
  /** Somebody leads now, or may. */
  enter(): void;
  /** It has waited as long as anybody may. */
  turnAway(): void;
}

/** Where requests are held: so many, so long. */
export class WaitingRoom {
  readonly #maxHeld: number;
  readonly #timers = new Map<Guest, ReturnType<typeof setTimeout>>();
  #bytes = 0;

  constructor(maxHeld: number) {
    this.#maxHeld = maxHeld;
  }

  get size(): number {
    return this.#timers.size;
  }

  /** False when there is no room. */
  admit(guest: Guest, ms: number): boolean {
    if (this.#timers.size >= this.#maxHeld || this.#bytes + guest.bodyBytes > MAX_HELD_BYTES) return false;
    this.#bytes += guest.bodyBytes;
    const over = () => {
      this.leave(guest);
      guest.turnAway();
    };
    this.#timers.set(guest, setTimeout(over, ms));
    return true;
  }

  leave(guest: Guest): void {
    const timer = this.#timers.get(guest);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#timers.delete(guest);
    this.#bytes -= guest.bodyBytes;
  }

  /** All of them, the one who has waited longest first. */
  open(): void {
    for (const guest of [...this.#timers.keys()]) {
      // One before it may have found that nobody leads after all, and sent it away.
      if (!this.#timers.has(guest)) continue;
      this.leave(guest);
      guest.enter();
    }
  }

  close(): void {
    for (const guest of [...this.#timers.keys()]) {
      this.leave(guest);
      guest.turnAway();
    }
  }
}
