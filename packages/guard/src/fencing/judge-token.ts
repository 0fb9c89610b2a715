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

const COUNTER_MASK = (1n << TOKEN_COUNTER_BITS) - 1n;

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
  if (highest > 0n && leaps(token, highest, limits)) throw jump(token, highest);
}

function leaps(token: bigint, highest: bigint, limits: JumpLimits): boolean {
  const { maxIncarnations = DEFAULT_MAX_INCARNATIONS, maxCount = DEFAULT_MAX_COUNT } = limits;
  const incarnations = (token >> TOKEN_COUNTER_BITS) - (highest >> TOKEN_COUNTER_BITS);
  // An incarnation counts from an origin of its own.
  if (incarnations > 0n) return incarnations > BigInt(maxIncarnations);
  return (token & COUNTER_MASK) - (highest & COUNTER_MASK) > maxCount;
}

function stale(token: bigint, highest: bigint): OpsError {
  const message = `The token ${token} is stale: ${highest} has written here. The writer has been replaced, and nothing of its write was done. Ask the primary.`;
  return new OpsError(GUARD_ERROR.fencedStale, message);
}

function jump(token: bigint, highest: bigint): OpsError {
  const message = `The token ${token} is further above ${highest} than tokens grow, and nothing was written. If it is right, because the lease store was replaced, set the highest token here by hand; else look for who made it up.`;
  return new OpsError(GUARD_ERROR.fencedJump, message);
}
