/** Generation of the MCP SDK. FastMCP stands on v1. */
export type Sdk = "v1" | "v2";

// By the names under which packages publish their classes, not by what lies behind: bundles of v2 have hashes for names.
const V1 =
  /[\\/]@modelcontextprotocol[\\/]sdk[\\/]dist[\\/](?:(?:esm|cjs)[\\/])?server[\\/](?:index|mcp)\.js(?:[?#]|$)/;
const V2 = /[\\/]@modelcontextprotocol[\\/]server[\\/]dist[\\/]index\.(?:mjs|cjs|js)(?:[?#]|$)/;

/** Which SDK this module gives the server classes of; undefined for all other modules. */
export function sdkOf(urlOrPath: string): Sdk | undefined {
  if (!urlOrPath.includes("modelcontextprotocol")) return undefined;
  if (V1.test(urlOrPath)) return "v1";
  return V2.test(urlOrPath) ? "v2" : undefined;
}
