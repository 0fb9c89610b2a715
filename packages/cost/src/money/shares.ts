import { apportion } from "./apportion.ts";
import { addTokens, type Tokens } from "./tokens.ts";

/** What one tool, principal or session had of a server. */
interface Share {
  grains: bigint;
  tokenGrains: bigint;
  calls: number;
  tokens: Tokens;
}

export interface ShareInMicroUnits {
  readonly name: string;
  readonly microUnits: number;
  /** Part of `microUnits`. */
  readonly tokens: number;
  readonly calls: number;
  readonly resultTokens: Tokens;
}

/** What is added to a share: amounts in grains. */
export interface Shared {
  readonly grains: bigint;
  /** Part of `grains`. */
  readonly tokenGrains?: bigint;
  readonly calls: number;
  readonly tokens?: Tokens;
}

/** Shares of a server's cost by name, summed before anything is rounded. */
export class Shares {
  readonly #shares: Map<string, Share> = new Map();

  add(name: string, { grains, tokenGrains = 0n, calls, tokens }: Shared): void {
    const share = this.#shares.get(name) ?? { grains: 0n, tokenGrains: 0n, calls: 0, tokens: {} };
    share.grains += grains;
    share.tokenGrains += tokenGrains;
    share.calls += calls;
    if (tokens !== undefined) share.tokens = addTokens(share.tokens, tokens);
    this.#shares.set(name, share);
  }

  /** The dearest first, and what is nobody's: together they are the whole. */
  of(whole: number, grains: bigint): { readonly shares: readonly ShareInMicroUnits[]; readonly rest: number } {
    const shares = [...this.#shares];
    const given = shares.reduce((sum, [, share]) => sum + share.grains, 0n);
    const parts = apportion(whole, [...shares.map(([, share]) => share.grains), grains - given]);
    const rows = shares.map(([name, share], at) => inMicroUnits(name, share, parts[at] ?? 0));
    return { shares: rows.sort(dearestFirst), rest: parts.at(-1) ?? 0 };
  }
}

function inMicroUnits(name: string, share: Share, microUnits: number): ShareInMicroUnits {
  const { grains, tokenGrains, calls, tokens: resultTokens } = share;
  const [tokens = 0] = apportion(microUnits, [tokenGrains, grains - tokenGrains]);
  return { name, microUnits, tokens, calls, resultTokens };
}

function dearestFirst(a: ShareInMicroUnits, b: ShareInMicroUnits): number {
  return b.microUnits - a.microUnits || b.calls - a.calls || (a.name < b.name ? -1 : 1);
}
