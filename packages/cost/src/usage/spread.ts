import { MINUTE_MS, type Minute } from "../calendar/zone.ts";

/** A share of an interval that lies in one minute. */
export interface Piece {
  readonly minute: Minute;
  /** Of an amount that was taken evenly over the interval. All pieces add up to it exactly. */
  of(amount: bigint): bigint;
}

/** Cuts an interval at the minutes. One without length belongs to the minute it is in. */
export function* spread(fromMs: number, toMs: number): Generator<Piece> {
  const length = BigInt(toMs - fromMs);
  const first = Math.floor(fromMs / MINUTE_MS);
  if (length <= 0n) {
    yield { minute: first, of: (amount) => amount };
    return;
  }
  for (let minute = first; minute * MINUTE_MS < toMs; minute++) {
    const begin = BigInt(Math.max(0, minute * MINUTE_MS - fromMs));
    const end = BigInt(Math.min(toMs, (minute + 1) * MINUTE_MS) - fromMs);
    yield { minute, of: (amount) => (amount * end) / length - (amount * begin) / length };
  }
}
