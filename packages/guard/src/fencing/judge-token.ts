import { OpsError, parseToken, TOKEN_COUNTER_BITS } from "@mcp-ops/formats";
import { GUARD_ERROR } from "../codes.ts";

/** How far a token may lie above the highest seen. */
export interface JumpLimits {
  /** Restores of the lease store between two writes. Default 16. */
  readonly maxIncarnations?: number | undefined;
  /** What the store may count between two writes. Default 2^32: etcd counts every write of anybody. */
  readonly maxCount?: bigint | undefined;
}

export const DEFAULT_MAX_INCARNATIONS = 16;
export const DEFAULT_MAX_COUNT: bigint = 2n ** 32n;

/** Reads a token that came with a write. @throws OpsError `GUARD_FENCED_TOKEN` when there is none that can be read. */
export function readToken(given: unknown): bigint {
  const token = typeof given === "bigint" ? parseToken(String(given)) : parseToken(given);
  if (token !== undefined) return token;
  const message =
    "The write brought no fencing token: a decimal number below 2^63. Have it pass a role gate, which gives it one.";
  throw new OpsError(GUARD_ERROR.fencedToken, message);
}

/**
 * Whether a write with this token may be done where `highest` was seen before. Throws what keeps it from that:
 * @throws OpsError `GUARD_FENCED_STALE` for a smaller one, `GUARD_FENCED_JUMP` for one so much larger that it must be wrong, because everybody else would
 * be locked out by it. The first token a sink ever sees is believed.
 */
export function judgeToken(token: bigint, highest: bigint, limits: JumpLimits = {}): void {
  if (token < highest) throw stale(token, highest);
  if (!rangesBelow(token, limits).some(({ from, to }) => from <= highest && highest <= to)) throw jump(token, highest);
}

/** Tokens from one to another, both included. */
export interface TokenRange {
  readonly from: bigint;
  readonly to: bigint;
}

/** What the highest token may have been, for a write with this one to be done: the nearest range first. */
export function rangesBelow(token: bigint, limits: JumpLimits = {}): readonly TokenRange[] {
  const { maxIncarnations = DEFAULT_MAX_INCARNATIONS, maxCount = DEFAULT_MAX_COUNT } = limits;
  const incarnation = token >> TOKEN_COUNTER_BITS;
  const begin = incarnation << TOKEN_COUNTER_BITS;
  const ranges = [{ from: max(begin, token - maxCount), to: token }];
  // An incarnation counts from an origin of its own.
  const earliest = max(0n, incarnation - BigInt(maxIncarnations));
  if (earliest < incarnation) ranges.push({ from: earliest << TOKEN_COUNTER_BITS, to: begin - 1n });
  if (!ranges.some(({ from }) => from === 0n)) ranges.push({ from: 0n, to: 0n });
  return ranges;
}

function max(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

function stale(token: bigint, highest: bigint): OpsError {
  const message = `The token ${token} is stale: ${highest} has written here. The writer has been replaced, and nothing of its write was done. Ask the primary.`;
  return new OpsError(GUARD_ERROR.fencedStale, message);
}

function jump(token: bigint, highest: bigint): OpsError {
  const message = `The token ${token} is further above ${highest} than tokens grow, and nothing was written. If it is right, because the lease store was replaced, set the highest token here by hand; else look for who made it up.`;
  return new OpsError(GUARD_ERROR.fencedJump, message);
}
