import { randomFillSync } from "node:crypto";

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** 48 bits of time and 80 random bits in Crockford's base 32: sorts by time (github.com/ulid/spec). `random` gives 10 bytes. */
export function ulid(timeMs: number, random: Uint8Array): string {
  let text = "";
  for (let rest = timeMs, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) text = DIGITS[rest % 32] + text;
  let bits = 0;
  let held = 0;
  for (const byte of random) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += DIGITS[(held >> (bits - 5)) & 31];
    held &= 31;
  }
  return text;
}

const RANDOM_BYTES = 10;

/** Random bytes for ULIDs, fetched from the system for many at once. */
export class RandomPool {
  readonly #bytes = new Uint8Array(RANDOM_BYTES * 400);
  #used = this.#bytes.length;

  next(): Uint8Array {
    if (this.#used === this.#bytes.length) {
      randomFillSync(this.#bytes);
      this.#used = 0;
    }
    this.#used += RANDOM_BYTES;
    return this.#bytes.subarray(this.#used - RANDOM_BYTES, this.#used);
  }
}
