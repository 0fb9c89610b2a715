import type { Answer, Exchange, JsonObject } from "@mcp-ops/exchange";
import { RPC } from "@mcp-ops/formats";

/** Where results of revision 2026-07-28 say which server they are of. */
export const SERVER_INFO_KEY = "io.modelcontextprotocol/serverInfo";

/** A result of ours as the asker's revision has it: what 2026-07-28 requires, older revisions do not know. Never to be cached, because health is of now and may be for this asker only. */
export function completeResult(exchange: Exchange, body: object, serverInfo: JsonObject | undefined): Answer {
  if (exchange.era !== "modern") return { result: { ...body } };
  const meta = serverInfo === undefined ? {} : { _meta: { [SERVER_INFO_KEY]: serverInfo } };
  return { result: { ...body, resultType: "complete", ttlMs: 0, cacheScope: "private", ...meta } };
}

/** `-32002` until revision 2026-07-28, which took it back. */
export function resourceNotFound(exchange: Exchange): Answer {
  const code = exchange.era === "modern" ? RPC.invalidParams : RPC.resourceNotFound;
  return { error: { code, message: "Resource not found", data: { uri: exchange.target } } };
}

/** Whether the server has nothing to do with resources: it knows no such method. */
export function isUnknownMethod(answer: Answer): boolean {
  return "error" in answer && answer.error.code === RPC.methodNotFound;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
