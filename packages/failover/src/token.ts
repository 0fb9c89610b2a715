import { TOKEN_COUNTER_BITS } from "@mcp-ops/formats";
import { failoverError } from "./errors.ts";

const MAX_COUNTER: bigint = (1n << TOKEN_COUNTER_BITS) - 1n;
/** How often a store can be restored or replaced: with the counter 63 bits, which a bigint of SQL holds. */
export const MAX_INCARNATION = 32_767;

/**
 * A fencing token. An engine that was restored from a backup, or replaced by another, counts from an older number again: its
 * incarnation, raised by `mcp-ops failover raise-floor`, keeps tokens from ever going back.
 * @param counter the engine's own: an etcd revision, an epoch in a row
 */
export function tokenOf(incarnation: number, counter: bigint): bigint {
  if (!Number.isInteger(incarnation) || incarnation < 0 || incarnation > MAX_INCARNATION) {
    throw new RangeError(`The incarnation of a store is 0 to ${MAX_INCARNATION}, not ${incarnation}.`);
  }
  if (counter < 0n || counter > MAX_COUNTER) throw new RangeError(`A token counts from 0 to 2^48, not ${counter}.`);
  return (BigInt(incarnation) << TOKEN_COUNTER_BITS) | counter;
}

/** What the engine counted. */
export function counterOf(token: bigint): bigint {
  return token & MAX_COUNTER;
}

/**
 * The incarnation whose tokens are all larger than `above`, and than those of the one that holds now.
 * @throws OpsError FAILOVER_OPTIONS_INVALID where there is none: a store that took it could give no token any more
 */
export function incarnationAbove(now: number, above: bigint): number {
  const highest = Math.max(now, incarnationOf(above));
  if (highest < MAX_INCARNATION) return highest + 1;
  throw failoverError(
    "FAILOVER_OPTIONS_INVALID",
    `The floor cannot be raised above incarnation ${highest}: that is the last one. Nobody restores a store so often, so look for who made that token up; give the group another name to begin anew.`,
  );
}

export function incarnationOf(token: bigint): number {
  return Number(token >> TOKEN_COUNTER_BITS);
}
