import { incarnationAbove, tokenOf } from "../token.ts";

/** What an arbiter knows of a group. */
export interface Lease {
  /** Undefined while nobody has it. */
  readonly holder: string | undefined;
  readonly ttlMs: number;
  /** Monotonic time at which it ends. Not on disk: after a restart it lasts a whole ttl. */
  readonly untilMs: number;
  /** Counts what was given. */
  readonly epoch: bigint;
  /** Of the token that was given last. */
  readonly tokenIncarnation: number;
  /** Of the next one. */
  readonly incarnation: number;
}

/** Of a lease, what must be on disk before an answer tells of it. */
export type Entry = Omit<Lease, "untilMs">;

export interface Claim {
  readonly holder: string;
  readonly token: bigint;
}

const NEW: Lease = { holder: undefined, ttlMs: 0, untilMs: 0, epoch: 0n, tokenIncarnation: 0, incarnation: 0 };

/** What a lease becomes, or what keeps it from being taken. */
export type Taking =
  | { readonly kind: "granted"; readonly lease: Lease }
  | { readonly kind: "held"; readonly by: Claim }
  | { readonly kind: "waits"; readonly leftMs: number };

/**
 * Takes a lease for `holder`. A group of which the arbiter has given no lease may be one whose record was lost with its file: the first
 * lease is given when one from before the start would have ended.
 */
export function take(lease: Lease | undefined, holder: string, ttlMs: number, now: number, startedAt: number): Taking {
  const known = lease ?? NEW;
  const leftMs = known.epoch === 0n ? startedAt + ttlMs - now : 0;
  if (leftMs > 0) return { kind: "waits", leftMs };
  const by = claimAt(known, now);
  if (by !== undefined && by.holder !== holder) return { kind: "held", by };
  const isOver = by === undefined;
  const given = isOver ? { epoch: known.epoch + 1n, tokenIncarnation: known.incarnation } : {};
  const untilMs = isOver ? now + ttlMs : Math.max(known.untilMs, now + ttlMs);
  // The longer one, so that the time of grace after a restart is never too short.
  const longest = isOver ? ttlMs : Math.max(known.ttlMs, ttlMs);
  return { kind: "granted", lease: { ...known, ...given, holder, ttlMs: longest, untilMs } };
}

/** The lease lengthened to its whole time; undefined when it is not this one, or over. */
export function lengthened(lease: Lease | undefined, claim: Claim, now: number): Lease | undefined {
  if (lease === undefined || lease.untilMs <= now || !isOf(lease, claim)) return undefined;
  return { ...lease, untilMs: now + lease.ttlMs };
}

/** The lease given back; undefined when it is not this one. */
export function givenBack(lease: Lease | undefined, claim: Claim): Lease | undefined {
  return lease !== undefined && isOf(lease, claim) ? { ...lease, holder: undefined, untilMs: 0 } : undefined;
}

export function raised(lease: Lease | undefined, above: bigint): Lease {
  const known = lease ?? NEW;
  return { ...known, incarnation: incarnationAbove(known.incarnation, above) };
}

/** Restart grace: whoever has a lease may believe in it for a whole ttl after the start, and may renew it. */
export function restored(entry: Entry, startedAt: number): Lease {
  return { ...entry, untilMs: startedAt + entry.ttlMs };
}

/** Whose it is now. */
export function claimAt(lease: Lease | undefined, now: number): Claim | undefined {
  if (lease?.holder === undefined || lease.untilMs <= now) return undefined;
  return { holder: lease.holder, token: tokenOfLease(lease) };
}

export function tokenOfLease({ tokenIncarnation, epoch }: Entry): bigint {
  return tokenOf(tokenIncarnation, epoch);
}

function isOf(lease: Lease, { holder, token }: Claim): boolean {
  return lease.holder === holder && tokenOfLease(lease) === token;
}
