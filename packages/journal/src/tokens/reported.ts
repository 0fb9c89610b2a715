import type { JsonObject } from "@mcp-ops/exchange";
import { MAX_REPORTED_TOOLS, USAGE_META_KEY } from "@mcp-ops/formats";

/** More tokens than any context has. */
const MAX_REPORTED_TOKENS = 10_000_000;

/** What a client says that results took, by tool; undefined where it says nothing, and `wrong` for what is no report. */
export function reportedUsage(meta: JsonObject | undefined): ReadonlyMap<string, number> | undefined | "wrong" {
  const said = meta?.[USAGE_META_KEY];
  if (said === undefined) return undefined;
  if (typeof said !== "object" || said === null || Array.isArray(said)) return "wrong";
  const entries = Object.entries(said as JsonObject);
  if (entries.length > MAX_REPORTED_TOOLS || !entries.every(([, tokens]) => isTokens(tokens))) return "wrong";
  return new Map(entries as [string, number][]);
}

function isTokens(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MAX_REPORTED_TOKENS;
}
