import { failoverError } from "../errors.ts";

/** Names of groups and holders become keys, rows and parts of URLs. */
const MAX_NAME_CHARS = 200;

export function checkLease(name: string, holder: string, ttlMs: number, minTtlMs: number): void {
  checkName("group", name);
  checkName("holder", holder);
  if (Number.isInteger(ttlMs) && ttlMs >= minTtlMs) return;
  throw failoverError(
    "FAILOVER_TTL_TOO_SHORT",
    `A lease of ${ttlMs} ms cannot be had: this store gives leases of whole milliseconds, and of ${minTtlMs} ms or more. Raise the ttl.`,
  );
}

export function checkName(what: string, name: string): void {
  if (name.length > 0 && name.length <= MAX_NAME_CHARS && /^[\x21-\x7e]+$/.test(name)) return;
  throw failoverError(
    "FAILOVER_OPTIONS_INVALID",
    `The name of a ${what} has 1 to ${MAX_NAME_CHARS} letters, digits and signs, without spaces. Choose another.`,
  );
}
