import type { JsonObject, RequestId } from "./json.ts";

/** Who asked: `inbound` is a client asking the server, `outbound` the server asking its client. */
export type Direction = "inbound" | "outbound";

/** `modern` is revision 2026-07-28 and later, `legacy` everything that starts with `initialize` (spec: basic/versioning). */
export type Era = "legacy" | "modern";

/** What carries the messages. `http` is Streamable HTTP, `sse` the older HTTP+SSE transport, `memory` an in-process pair. */
export type TransportKind = "stdio" | "http" | "sse" | "memory" | "other";

/** Name and version a client gives itself: for display and debugging only, never for a security decision. */
export interface ClientInfo {
  readonly name: string;
  readonly version: string | undefined;
}

/** Identity of the trace an exchange belongs to, in W3C hex form. */
export interface TraceIdentity {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

/** A line between one client and one server over which exchanges travel: a session, a stdio pipe, an open event stream. */
export interface Connection {
  readonly server: string;
  readonly transport: TransportKind;
  /** `Mcp-Session-Id`, or the session of the older SSE transport; undefined without a session. */
  readonly session: string | undefined;
  /** Protocol revision, such as `2025-11-25`, once known. */
  readonly revision: string | undefined;
  readonly era: Era | undefined;
  readonly client: ClientInfo | undefined;
}

/**
 * One JSON-RPC question asked over MCP, by either side, and everything known about it.
 *
 * Nothing here can be changed by who reads it: `params` and `meta` are read-only views of the message, and credentials
 * (`authInfo.token`) are not reachable at all.
 */
export interface Exchange extends Connection {
  readonly kind: "request" | "notification";
  readonly direction: Direction;
  /** JSON-RPC id; undefined for a notification, and where an HTTP rejection came before the body was read. */
  readonly id: RequestId | undefined;
  readonly method: string;
  /** `method` when the protocol defines it or the server handles it: safe as a label. Else undefined. */
  readonly knownMethod: string | undefined;
  /** Tool name, prompt name or resource URI exactly as asked. The caller chooses it: never use it as a label. */
  readonly target: string | undefined;
  /** `target` when the server is known to have it (for a resource: its URI or the template it matches): safe as a label. Best read once the outcome is known. */
  readonly knownTarget: string | undefined;
  /** Whether the server has `target`; undefined without a target, or when the set of its targets is not known. */
  readonly targetKnown: boolean | undefined;
  readonly params: JsonObject | undefined;
  /** `params._meta`. */
  readonly meta: JsonObject | undefined;
  /** Authenticated principal, `authInfo.clientId`. */
  readonly principal: string | undefined;
  /** One HTTP request header by its name in any case; undefined where the carrier has none. */
  header(name: string): string | undefined;
  /** Size of the request as JSON in bytes (UTF-8). Computed when first read, without serialising. */
  readonly requestBytes: number;
  /** Monotonic time of arrival in milliseconds (`performance.now()`). */
  readonly startedAt: number;
  /** Write-once: tracing fills it, audit and exemplars read it. A second write throws. */
  trace: TraceIdentity | undefined;
}
