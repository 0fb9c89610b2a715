import type { TokenMethod } from "@mcp-ops/formats";
import { apportion } from "./apportion.ts";

type Tokens = Partial<Record<TokenMethod, number>>;

/** What one tool, principal or session had of a server. */
interface Share {
  grains: bigint;
  calls: number;
  readonly tokens: Tokens;
}

export interface ShareInMicroUnits {
  readonly name: string;
  readonly microUnits: number;
  readonly calls: number;
  readonly tokens: Tokens;
}

/** Shares of a server's cost by name, summed before anything is rounded. */
export class Shares {
  readonly #shares: Map<string, Share> = new Map();

  add(name: string, grains: bigint, calls: number, tokens: Readonly<Tokens>): void {
    const share = this.#shares.get(name) ?? { grains: 0n, calls: 0, tokens: {} };
    share.grains += grains;
    share.calls += calls;
    for (const [method, count] of Object.entries(tokens) as [TokenMethod, number][]) {
      share.tokens[method] = (share.tokens[method] ?? 0) + count;
    }
    this.#shares.set(name, share);
  }

  /** The dearest first, and what is nobody's: together they are the whole. */
  of(whole: number, grains: bigint): { readonly shares: readonly ShareInMicroUnits[]; readonly rest: number } {
    const shares = [...this.#shares];
    const given = shares.reduce((sum, [, share]) => sum + share.grains, 0n);
    const parts = apportion(whole, [...shares.map(([, share]) => share.grains), grains - given]);
    const rows = shares.map(([name, { calls, tokens }], at) => ({ name, microUnits: parts[at] ?? 0, calls, tokens }));
    return { shares: rows.sort(dearestFirst), rest: parts.at(-1) ?? 0 };
  }
}

function dearestFirst(a: ShareInMicroUnits, b: ShareInMicroUnits): number {
  return b.microUnits - a.microUnits || b.calls - a.calls || (a.name < b.name ? -1 : 1);
}
