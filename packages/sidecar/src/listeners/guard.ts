import { createHash, timingSafeEqual } from "node:crypto";

/** Wrong tokens one address may show in a window before it has to wait. */
export const MAX_FAILURES = 10;
export const FAILURE_WINDOW_MS = 60_000;
/** Addresses remembered at once; beyond, the oldest makes way. */
export const MAX_ADDRESSES = 1_000;

/** Whether two tokens are alike, in a time that tells nothing about either: digests are compared, and they are of one length. */
export function sameToken(shown: string, expected: string): boolean {
  return timingSafeEqual(digest(shown), digest(expected));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

interface Tally {
  readonly sinceMs: number;
  failures: number;
}

/** Counts wrong tokens by address. The clock is monotonic, in milliseconds. */
export class Failures {
  readonly #tallies = new Map<string, Tally>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#tallies.size;
  }

  /** How long this address has to wait; 0 when it may try. */
  waitMs(address: string): number {
    const key = network(address);
    const tally = this.#tallies.get(key);
    if (tally === undefined) return 0;
    const leftMs = tally.sinceMs + FAILURE_WINDOW_MS - this.#now();
    if (leftMs <= 0) this.#tallies.delete(key);
    return leftMs > 0 && tally.failures >= MAX_FAILURES ? leftMs : 0;
  }

  add(address: string): void {
    const key = network(address);
    const tally = this.#tallies.get(key);
    if (tally !== undefined) {
      tally.failures++;
      return;
    }
    const [oldest] = this.#tallies.keys();
    if (this.#tallies.size >= MAX_ADDRESSES && oldest !== undefined) this.#tallies.delete(oldest);
    this.#tallies.set(key, { sinceMs: this.#now(), failures: 1 });
  }
}

/** One household has a whole /64 of IPv6. */
function network(address: string): string {
  const mapped = address.replace(/^::ffff:(?=\d+\.)/i, "");
  if (!mapped.includes(":")) return mapped;
  const [head = "", tail] = mapped.split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - front.length - back.length }, () => "0");
  return [...front, ...zeros, ...back].slice(0, 4).join(":");
}
