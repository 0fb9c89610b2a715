import type { ClientInfo, Era, JsonObject, RequestId } from "@mcp-ops/exchange";
import { RPC } from "@mcp-ops/formats";

/** A JSON-RPC message as it passes a transport, before anybody checked it. */
export interface Message {
  readonly jsonrpc?: unknown;
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

export interface Request extends Message {
  readonly id: RequestId;
  readonly method: string;
}

export interface Notification extends Message {
  readonly method: string;
}

export interface Response extends Message {
  readonly id: RequestId;
}

/** Stands for the id of a request whose body was not read: there was one, and nobody knows it. */
export const UNREAD_ID = "mcp-ops:unread";

export function isRequest(message: Message): message is Request {
  return typeof message.method === "string" && isId(message.id);
}

/** A message with a method and a malformed id is neither: the SDK refuses it, and nothing comes of it. */
export function isNotification(message: Message): message is Notification {
  return typeof message.method === "string" && message.id === undefined;
}

export function isResponse(message: Message): message is Response {
  return (
    message.method === undefined && isId(message.id) && (message.result !== undefined || message.error !== undefined)
  );
}

/** The answer to a request whose id another one of the same connection still needs (spec: basic, requests). */
export function idTaken(id: RequestId): Message {
  const message = "An earlier request by this id has not been answered yet. Give each request an id of its own.";
  return { jsonrpc: "2.0", id, error: { code: RPC.invalidRequest, message } };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is RequestId {
  return typeof value === "string" || typeof value === "number";
}

export function paramsOf(message: Message): JsonObject | undefined {
  return isObject(message.params) ? message.params : undefined;
}

export function metaOf(message: Message): JsonObject | undefined {
  const meta = paramsOf(message)?._meta;
  return isObject(meta) ? meta : undefined;
}

/** Tool name, prompt name or resource URI a message is about. */
export function targetOf(method: string, params: JsonObject | undefined): string | undefined {
  if (params === undefined) return undefined;
  switch (method) {
    case "tools/call":
    case "prompts/get":
      return textOf(params.name);
    case "resources/read":
    case "resources/subscribe":
    case "resources/unsubscribe":
    case "notifications/resources/updated":
      return textOf(params.uri);
    default:
      return undefined;
  }
}

/** `_meta` keys of revision 2026-07-28 (spec: basic, `_meta`). */
export const META = {
  protocolVersion: "io.modelcontextprotocol/protocolVersion",
  clientInfo: "io.modelcontextprotocol/clientInfo",
  serverInfo: "io.modelcontextprotocol/serverInfo",
} as const;

/** The first revision without `initialize`. Revisions are dates and compare as text. */
const FIRST_MODERN_REVISION = "2026-07-28";

export function eraOf(revision: string | undefined): Era | undefined {
  if (revision === undefined) return undefined;
  return revision >= FIRST_MODERN_REVISION ? "modern" : "legacy";
}

export function clientInfoOf(value: unknown): ClientInfo | undefined {
  if (!isObject(value)) return undefined;
  const name = textOf(value.name);
  return name === undefined ? undefined : { name, version: textOf(value.version) };
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The name a server gives itself in a result: of `initialize`, or on 2026-07-28 in the `_meta` of any. */
export function serverNameIn(result: unknown): string | undefined {
  if (!isObject(result)) return undefined;
  const info = result.serverInfo ?? (isObject(result._meta) ? result._meta[META.serverInfo] : undefined);
  return isObject(info) ? textOf(info.name) : undefined;
}
