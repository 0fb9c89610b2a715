/** The HTTP header in which a fencing token reaches a server. Only our own gates write it; what a client brings is taken off. */
export const FENCING_HEADER = "x-mcp-ops-fencing-token";

/** The same in `_meta` of a request (MCP 2026-07-28, basic: keys under a reverse-DNS prefix of one's own). */
export const FENCING_META_KEY = "io.github.mcp-ops/fencingToken";
