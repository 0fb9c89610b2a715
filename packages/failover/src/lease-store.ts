/**
 * Where a lease is kept, by an engine that decides who has it. Only durations cross this interface, never times of day: each side
 * measures with its own monotonic clock.
 */
export interface LeaseStore {
  readonly kind: "embedded" | "etcd" | "kubernetes" | "postgres";
  readonly caps: LeaseStoreCaps;
  /** Takes the lease if nobody has it, or if this holder has it already (an answer that was lost): then the same token again, and the lease has its whole time from now. */
  acquire(name: string, holder: string, ttlMs: number, options: CallOptions): Promise<Acquired>;
  /** Lengthens a lease to its whole time from now. Throws when the store cannot be reached or does not answer in time, which does not mean `lost`. */
  renew(grant: Grant, options: CallOptions): Promise<"renewed" | "lost">;
  /** Gives a lease back, if it is still this one. Giving back what is lost is no error. */
  release(grant: Grant, options: CallOptions): Promise<void>;
  /** Who has the lease; undefined when nobody has. */
  read(name: string, options: CallOptions): Promise<LeaseHolder | undefined>;
  /**
   * For after a restore of the store from a backup, or a change of engine: every token given from now on is larger than `above`, and than
   * any given before. The lease stays with whoever has it, under the token it has.
   * @returns the incarnation that stands in those tokens
   */
  raiseFloor(name: string, above: bigint, options: CallOptions): Promise<number>;
  /** Yields when the lease may have changed hands, and never more than that: what it is then is to be read. Ends, or throws, when it cannot watch any longer. */
  watch?(name: string, signal: AbortSignal): AsyncIterable<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface LeaseStoreCaps {
  /** Shorter leases are refused. */
  readonly minTtlMs: number;
  /** One process or machine decides, and nobody leads while it is gone. */
  readonly singleArbiter: boolean;
}

export interface CallOptions {
  /** After which the call has failed. An integer. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** A lease that was given. */
export interface Grant {
  readonly name: string;
  readonly holder: string;
  /** Fencing token: larger than any that was given for this name before, below 2^63. */
  readonly token: bigint;
  readonly ttlMs: number;
  /** What the engine needs to find the lease again, such as etcd's lease id. Nobody else reads it. */
  readonly handle?: string;
}

export interface LeaseHolder {
  /** As given to `acquire`: see `holderOf()`. */
  readonly holder: string;
  readonly token: bigint;
}

export type Acquired =
  | { readonly kind: "granted"; readonly grant: Grant }
  | { readonly kind: "held"; readonly by: LeaseHolder };
