import { headerFrom } from "./extra.ts";
import { isObject, type Message, UNREAD_ID } from "./messages.ts";

/** The JSON-RPC messages of one HTTP POST, as far as the handler in front of the server can tell. */
export type Asked = Message & { readonly method: string };

const MCP_NAME_KEYS: Readonly<Record<string, string>> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
};

/** A request whose body nobody read: its method is not known. */
const UNREAD: Asked = { id: UNREAD_ID, method: "unknown" };

/** Messages of a parsed body; responses in it (revisions before 2026-07-28) ask nothing. */
export function askedInBody(body: unknown): Asked[] | undefined {
  const messages = (Array.isArray(body) ? body : [body]).filter(isObject) as Message[];
  const asked = messages.filter((message): message is Asked => typeof message.method === "string");
  return messages.length === 0 ? undefined : asked;
}

/** What the headers that revision 2026-07-28 requires say: `Mcp-Method`, `Mcp-Name`. The server holds them against the body. */
export function askedInHeaders(headers: unknown): Asked[] | undefined {
  const method = headerFrom(headers, "mcp-method");
  if (method === undefined) return undefined;
  const key = MCP_NAME_KEYS[method];
  const name = key === undefined ? undefined : decoded(headerFrom(headers, "mcp-name"));
  const params = key === undefined || name === undefined ? {} : { params: { [key]: name } };
  return [method.startsWith("notifications/") ? { method, ...params } : { id: UNREAD_ID, method, ...params }];
}

export function askedInText(text: string | undefined): Asked[] | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    return askedInBody(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function unread(): Asked[] {
  return [UNREAD];
}

/** Non-ASCII header values travel as `=?base64?…?=` (spec 2026-07-28: transports, Mcp-Name). */
function decoded(value: string | undefined): string | undefined {
  const encoded = value === undefined ? null : /^=\?base64\?(.*)\?=$/.exec(value);
  if (encoded?.[1] === undefined) return value;
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(encoded[1]), (char) => char.charCodeAt(0)));
  } catch {
    return value;
  }
}
