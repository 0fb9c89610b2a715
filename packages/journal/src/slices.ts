import { type JournalStatus, type JournalUse, latencyBucketUs, OTHER, type TokenMethod } from "@mcp-ops/formats";

/** What exchanges that are counted together have in common. */
export interface SliceKey {
  readonly minute: number;
  readonly server: string;
  readonly method: string;
  readonly target: string;
  readonly status: JournalStatus;
  readonly principal: string | undefined;
  readonly session: string | undefined;
}

/** Exchanges of one key. */
export interface Slice extends SliceKey {
  count: number;
  durationUs: number;
  readonly latencies: Map<number, number>;
  requestBytes: number;
  responseBytes: number;
  readonly tokens: Partial<Record<TokenMethod, number>>;
  cpuUs: number;
  cpuCalls: number;
}

/** Keys between two writes. Beyond, who asked is folded into `_other`; beyond half as many more, what was asked for; then whatever is left. */
export const MAX_SLICES = 2000;

/** Counts what happened since the last write, by the minute. */
export class Slices {
  #slices = new Map<string, Slice>();
  #last: Slice | undefined;

  get size(): number {
    return this.#slices.size;
  }

  /** The slice for this key, or for what of it there is room for. */
  at(key: SliceKey): Slice {
    // What is asked for is mostly what was asked for just before.
    if (this.#last !== undefined && isSame(this.#last, key)) return this.#last;
    this.#last = this.#find(key);
    return this.#last;
  }

  #find(key: SliceKey): Slice {
    const known = this.#slices.get(textOf(key));
    if (known !== undefined) return known;
    if (this.#slices.size < MAX_SLICES) return this.#add(key);
    const nobody = { ...key, principal: folded(key.principal), session: folded(key.session) };
    const found = this.#slices.get(textOf(nobody));
    if (found !== undefined || this.#slices.size < 1.5 * MAX_SLICES) return found ?? this.#add(nobody);
    const nothing = { ...nobody, target: key.target && OTHER };
    const place = this.#slices.size < 2 * MAX_SLICES ? nothing : { ...nothing, server: OTHER, method: OTHER };
    return this.#slices.get(textOf(place)) ?? this.#add(place);
  }

  /** Gives everything, and begins anew. */
  take(): readonly Slice[] {
    const taken = [...this.#slices.values()];
    this.#slices = new Map();
    this.#last = undefined;
    return taken;
  }

  #add(key: SliceKey): Slice {
    const latencies = new Map<number, number>();
    const counts = { count: 0, durationUs: 0, requestBytes: 0, responseBytes: 0, cpuUs: 0, cpuCalls: 0 };
    const slice: Slice = { ...key, ...counts, latencies, tokens: {} };
    this.#slices.set(textOf(key), slice);
    return slice;
  }
}

/** Adds how long one exchange took. */
export function addDuration(slice: Slice, durationMs: number): void {
  const us = Math.max(0, Math.round(durationMs * 1000));
  slice.durationUs += us;
  const bucket = latencyBucketUs(us);
  slice.latencies.set(bucket, (slice.latencies.get(bucket) ?? 0) + 1);
}

/** The slice as the journal has it. */
export function useOf({ cpuUs, cpuCalls, latencies, tokens, principal, session, ...rest }: Slice): JournalUse {
  return {
    kind: "use",
    ...rest,
    ...(principal !== undefined && { principal }),
    ...(session !== undefined && { session }),
    latencies: [...latencies].sort((a, b) => a[0] - b[0]),
    ...(Object.keys(tokens).length > 0 && { tokens }),
    ...(cpuCalls > 0 && { cpu: { us: cpuUs, calls: cpuCalls } }),
  };
}

function isSame(a: SliceKey, b: SliceKey): boolean {
  return (
    a.minute === b.minute &&
    a.target === b.target &&
    a.status === b.status &&
    a.method === b.method &&
    a.server === b.server &&
    a.principal === b.principal &&
    a.session === b.session
  );
}

function textOf({ minute, server, method, target, status, principal, session }: SliceKey): string {
  return `${minute}\n${server}\n${method}\n${target}\n${status}\n${principal ?? ""}\n${session ?? ""}`;
}

function folded(value: string | undefined): string | undefined {
  return value === undefined ? undefined : OTHER;
}
