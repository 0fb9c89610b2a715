/** The HTTP header in which a fencing token reaches a server. Only our own gates write it; what a client brings is taken off. */
export const FENCING_HEADER = "x-mcp-ops-fencing-token";

/** The same in `_meta` of a request (MCP 2026-07-28, basic: keys under a reverse-DNS prefix of one's own). */
export const FENCING_META_KEY = "io.github.mcp-ops/fencingToken";

/** Environment variable of a wrapped server: the path of a file whose only line is the token it may write with now, `0` while it may not. */
export const EPOCH_FILE_VARIABLE = "MCP_OPS_EPOCH_FILE";

/** Bits of a token that its lease store counts with; above them stands the store's incarnation. */
export const TOKEN_COUNTER_BITS = 48n;

const MAX_TOKEN = (1n << 63n) - 1n;

/** Reads a token as it is written: decimal, without leading zeros, below 2^63. Undefined for anything else. */
export function parseToken(text: unknown): bigint | undefined {
  if (typeof text !== "string" || !/^(?:0|[1-9]\d{0,18})$/.test(text)) return undefined;
  const token = BigInt(text);
  return token <= MAX_TOKEN ? token : undefined;
}
