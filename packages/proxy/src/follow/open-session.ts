import type { Message } from "@mcp-ops/tap";
import { askBeside } from "../http/beside.ts";
import { type Changes, openingHeaders, type RawHeaders } from "../http/headers.ts";
import type { Upstream } from "../http/upstreams.ts";

/** Where and in whose name a session is opened. */
export interface Opening {
  readonly upstream: Upstream;
  readonly path: string;
  /** Of the client's request that needs the session. */
  readonly rawHeaders: RawHeaders;
  readonly host: string | undefined;
}

/**
 * Says a client's `initialize` again at another server, and `notifications/initialized` after it (spec 2025-11-25: lifecycle). Gives the id of the session, or
 * undefined where the server refused, or speaks another revision than the client was told.
 */
export async function openSession(opening: Opening, initialize: Message): Promise<string | undefined> {
  const { upstream, path, rawHeaders, host } = opening;
  const changes: Changes = { host, isRead: true, isRewritten: true };
  const headers = openingHeaders(rawHeaders, changes);
  const { status, headers: got, messages } = await askBeside(upstream, path, headers, initialize);
  const sessionId = got["mcp-session-id"];
  const version = (messages.find(({ id }) => id === initialize.id)?.result as { protocolVersion?: unknown } | undefined)
    ?.protocolVersion;
  if (status >= 300 || typeof sessionId !== "string" || typeof version !== "string") return undefined;
  if (!agrees(version, rawHeaders)) return undefined;
  const inSession = [...headers, "Mcp-Session-Id", sessionId, "Mcp-Protocol-Version", version];
  await askBeside(upstream, path, inSession, { jsonrpc: "2.0", method: "notifications/initialized" });
  return sessionId;
}

/** Clients before 2025-06-18 do not say which revision they were told. */
function agrees(version: string, rawHeaders: RawHeaders): boolean {
  const at = rawHeaders.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === "mcp-protocol-version");
  return at === -1 || rawHeaders[at + 1] === version;
}
