import { type JournalStatus, type JournalUse, latencyBucketUs, OTHER, type TokenMethod } from "@mcp-ops/formats";
import type { DayFigures } from "./today.ts";
import type { TokenFigure } from "./token-totals.ts";

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
  /** Where else its exchanges count, once that was looked up. */
  day: DayFigures | undefined;
  readonly totals: Partial<Record<TokenMethod, TokenFigure>>;
}

/** Keys between two writes. Beyond, who asked is folded into `_other`; beyond half as many more, what was asked for; then whatever is left. */
export const MAX_SLICES = 2000;

/** Counts what happened since the last write, by the minute. */
export class Slices {
  #found = new SliceIndex();
  #last: Slice | undefined;

  get size(): number {
    return this.#found.all.length;
  }

  /** The slice for this key, or for what of it there is room for. */
  at(key: SliceKey): Slice {
    // What is asked for is mostly what was asked for just before.
    if (this.#last !== undefined && isSame(this.#last, key)) return this.#last;
    this.#last = this.#find(key);
    return this.#last;
  }

  #find(key: SliceKey): Slice {
    const known = this.#found.find(key);
    if (known !== undefined) return known;
    if (this.size < MAX_SLICES) return this.#add(key);
    const nobody = { ...key, principal: folded(key.principal), session: folded(key.session) };
    const found = this.#found.find(nobody);
    if (found !== undefined || this.size < 1.5 * MAX_SLICES) return found ?? this.#add(nobody);
    const nothing = { ...nobody, target: key.target && OTHER };
    const place = this.size < 2 * MAX_SLICES ? nothing : { ...nothing, server: OTHER, method: OTHER };
    return this.#found.find(place) ?? this.#add(place);
  }

  /** Gives everything, and begins anew. */
  take(): readonly Slice[] {
    const taken = this.#found.all;
    this.#found = new SliceIndex();
    this.#last = undefined;
    return taken;
  }

  #add(key: SliceKey): Slice {
    const { minute, server, method, target, status, principal, session } = key;
    const own = { minute, server, method, target, status, principal, session };
    const counts = { count: 0, durationUs: 0, requestBytes: 0, responseBytes: 0, cpuUs: 0, cpuCalls: 0 };
    const slice: Slice = { ...own, ...counts, latencies: new Map(), tokens: {}, day: undefined, totals: {} };
    this.#found.add(slice);
    return slice;
  }
}

/** Finds slices by what tells most of them apart, who asked and for what, so that no key has to be put together for each exchange. */
class SliceIndex {
  readonly all: Slice[] = [];
  readonly #askers = new Map<string | undefined, Map<string, Slice[]>>();

  find(key: SliceKey): Slice | undefined {
    const alike = this.#askers.get(key.session ?? key.principal)?.get(key.target);
    if (alike !== undefined) for (const slice of alike) if (isSame(slice, key)) return slice;
    return undefined;
  }

  add(slice: Slice): void {
    this.all.push(slice);
    const asker = slice.session ?? slice.principal;
    const targets = this.#askers.get(asker) ?? new Map<string, Slice[]>();
    if (targets.size === 0) this.#askers.set(asker, targets);
    const alike = targets.get(slice.target);
    if (alike === undefined) targets.set(slice.target, [slice]);
    else alike.push(slice);
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
export function useOf(slice: Slice): JournalUse {
  const { cpuUs, cpuCalls, latencies, tokens, principal, session, day: _, totals: __, ...rest } = slice;
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

function folded(value: string | undefined): string | undefined {
  return value === undefined ? undefined : OTHER;
}
