import { OTHER, type TokenKind, type TokenMethod } from "@mcp-ops/formats";

/** Series of one metric; more than a process has tools. What comes beyond counts as `_other`. */
const MAX_SERIES = 1000;

/** A number that a metric shows. */
export interface TokenFigure {
  readonly labels: Readonly<Record<string, string>>;
  value: number;
}

/** Tokens since the process began, as `mcp_tokens_total` shows them. */
export class TokenTotals {
  readonly #totals = new Map<string, TokenFigure>();

  /** Where these tokens count: in a series of their own, or in what there is room for. */
  at(server: string, target: string, kind: TokenKind, method: TokenMethod): TokenFigure {
    const key = `${server}\n${target}\n${kind}\n${method}`;
    const known = this.#totals.get(key);
    if (known !== undefined) return known;
    if (this.#totals.size >= MAX_SERIES && server !== OTHER)
      return this.at(target === "" || target === OTHER ? OTHER : server, target && OTHER, kind, method);
    const figure: TokenFigure = { labels: { server, target, kind, method }, value: 0 };
    this.#totals.set(key, figure);
    return figure;
  }

  figures(): readonly TokenFigure[] {
    return [...this.#totals.values()];
  }
}
