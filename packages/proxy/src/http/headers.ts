import { FENCING_HEADER } from "@mcp-ops/formats";

/** Fields that belong to one connection (RFC 9110, 7.6.1), and those by which a message is framed, which we do ourselves. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Not from a client: only we say so. `expect` has been met by reading the body. */
const NOT_FROM_CLIENTS = new Set([...HOP_BY_HOP, "expect", "content-length"]);

const SESSION_HEADER = "mcp-session-id";

const FOR_SERVERS = new Set(["host", "content-length", "content-type", "content-encoding", "authorization", "cookie"]);

/** Of a question of our own these would tell what is not so. */
const ABOUT_ANOTHER_MESSAGE = new Set([
  "content-encoding",
  "last-event-id",
  "mcp-method",
  "mcp-name",
  "traceparent",
  "tracestate",
  "baggage",
]);

/** A handshake has neither, and takes either form of an answer. */
const OUTSIDE_SESSIONS = new Set([SESSION_HEADER, "mcp-protocol-version", "accept"]);

/** Names and values in turns, as Node's `rawHeaders`. */
export type RawHeaders = readonly string[];

export interface Changes {
  /** The `Host` to name in place of the client's. */
  readonly host: string | undefined;
  /** Whether the answer is to be read on its way. */
  readonly isRead: boolean;
  /** Whether a body of ours goes in the place of the client's, as plain JSON. */
  readonly isRewritten: boolean;
  /** What a gate has put into the message, to be said in a header too. */
  readonly fencingToken?: string | undefined;
  /** The session to name in place of the client's, where it goes on under another id. */
  readonly sessionId?: string | undefined;
  /** What the client has seen last was another server's event. */
  readonly dropsLastEventId?: boolean | undefined;
}

/** The headers of a client's request as they go on: everything but what belongs to the connection, with its own spelling. */
export function requestHeaders(raw: RawHeaders, changes: Changes): string[] {
  const { host, isRead, isRewritten, fencingToken, sessionId, dropsLastEventId = false } = changes;
  const kept = without(
    raw,
    NOT_FROM_CLIENTS,
    (name) =>
      // Servers of CGI's descent take the one for the other.
      name.replaceAll("_", "-") === FENCING_HEADER ||
      (name === "host" && host !== undefined) ||
      (sessionId !== undefined && name === SESSION_HEADER) ||
      (dropsLastEventId && name === "last-event-id") ||
      (isRead && name === "accept-encoding") ||
      (isRewritten && name === "content-encoding"),
  );
  if (host !== undefined) kept.push("Host", host);
  if (isRead) kept.push("Accept-Encoding", "identity");
  if (fencingToken !== undefined) kept.push(FENCING_HEADER, fencingToken);
  if (sessionId !== undefined) kept.push("Mcp-Session-Id", sessionId);
  return kept;
}

/** The headers of a message of our own that goes where a client's request goes. */
export function besideHeaders(raw: RawHeaders, changes: Changes, method: string): string[] {
  const isModern = raw.some((text, at) => at % 2 === 0 && text.toLowerCase() === "mcp-method");
  const kept = without(
    requestHeaders(raw, changes),
    ABOUT_ANOTHER_MESSAGE,
    (name) => name.startsWith("mcp-param-") || name === "content-type",
  );
  kept.push("Content-Type", "application/json");
  if (isModern) kept.push("Mcp-Method", method);
  return kept;
}

/** The headers of the handshake by which a session is opened anew: in the name of the same client, outside of any session. */
export function openingHeaders(raw: RawHeaders, changes: Changes): string[] {
  const kept = without(besideHeaders(raw, changes, "initialize"), OUTSIDE_SESSIONS, () => false);
  return [...kept, "Accept", "application/json, text/event-stream"];
}

/** The headers of a response, with the session's id as its client knows it. */
export function inSession(raw: RawHeaders, sessionId: string): RawHeaders {
  return raw.map((text, at) => (at % 2 === 1 && raw[at - 1]?.toLowerCase() === SESSION_HEADER ? sessionId : text));
}

/** The headers of a response as they go on. `length` replaces that of the body; `null` leaves it open. */
export function responseHeaders(raw: RawHeaders, length: number | null | undefined): string[] {
  const kept = without(raw, HOP_BY_HOP, (name) => length !== undefined && name === "content-length");
  if (typeof length === "number") kept.push("Content-Length", String(length));
  return kept;
}

function without(raw: RawHeaders, dropped: ReadonlySet<string>, drops: (name: string) => boolean): string[] {
  const named = namedByConnection(raw);
  const kept: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] as string).toLowerCase();
    if (dropped.has(name) || drops(name) || named?.has(name) === true) continue;
    kept.push(raw[at] as string, raw[at + 1] as string);
  }
  return kept;
}

/** A sender names in `Connection` what else is for the next hop only. */
function namedByConnection(raw: RawHeaders): ReadonlySet<string> | undefined {
  let named: Set<string> | undefined;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    if ((raw[at] as string).toLowerCase() !== "connection") continue;
    const value = raw[at + 1] as string;
    if (value === "keep-alive" || value === "close") continue;
    named ??= new Set();
    for (const name of value.split(",")) named.add(name.trim().toLowerCase());
  }
  // Nobody may have these taken off: what they say is for the server, and gates have read it.
  for (const name of named ?? []) if (name.startsWith("mcp-") || FOR_SERVERS.has(name)) named?.delete(name);
  return named;
}
