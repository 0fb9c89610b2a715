import { MINUTE_MS, type Minute } from "../calendar/zone.ts";

/** A share of an interval that lies in one minute. */
export interface Piece {
  readonly minute: Minute;
  /** Of an amount that was taken evenly over the interval. All pieces add up to it exactly. */
  of(amount: bigint): bigint;
}

/** Cuts an interval at the minutes, and gives those of a span; its `to` is not in it. One without length belongs to the minute it is in. */
export function* spread(
  fromMs: number,
  toMs: number,
  span: { readonly from: Minute; readonly to: Minute },
): Generator<Piece> {
  const length = BigInt(toMs - fromMs);
  const first = Math.floor(fromMs / MINUTE_MS);
  if (length <= 0n) {
    if (first >= span.from && first < span.to) yield { minute: first, of: (amount) => amount };
    return;
  }
  for (let minute = Math.max(first, span.from); minute < span.to && minute * MINUTE_MS < toMs; minute++) {
    const begin = BigInt(Math.max(0, minute * MINUTE_MS - fromMs));
    const end = BigInt(Math.min(toMs, (minute + 1) * MINUTE_MS) - fromMs);
    yield { minute, of: (amount) => (amount * end) / length - (amount * begin) / length };
  }
}
