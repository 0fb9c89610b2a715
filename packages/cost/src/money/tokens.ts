import type { TokenMethod } from "@mcp-ops/formats";

/** Tokens by how they were counted. */
export type Tokens = Readonly<Partial<Record<TokenMethod, number>>>;

export function addTokens(a: Tokens, b: Tokens): Tokens {
  const sum: Partial<Record<TokenMethod, number>> = { ...a };
  for (const [method, count] of Object.entries(b) as [TokenMethod, number][]) sum[method] = (sum[method] ?? 0) + count;
  return sum;
}
