import type { Exchange, Outcome } from "@mcp-ops/exchange";
import { type AuditOutcome, type ExchangeEvent, judge, type TransitionFields } from "@mcp-ops/formats";

/** What is to become a record. */
export type Entry = ExchangeEntry | NotedEntry;

/** What is no exchange, in words of our own. */
interface NotedEntry {
  readonly at: number;
  readonly server: string;
  readonly noted: TransitionFields;
}

/** What the request path keeps of an ended exchange: plain, flat, bounded, and cheap to hand to the writer's thread. */
export interface ExchangeEntry {
  readonly at: number;
  readonly event: ExchangeEvent;
  readonly outcome: AuditOutcome;
  readonly server: string;
  readonly transport: string;
  readonly direction: "inbound" | "outbound";
  readonly method: string;
  readonly target: string | undefined;
  readonly known: boolean | undefined;
  readonly requestId: string | number | undefined;
  readonly principal: string | undefined;
  readonly session: string | undefined;
  readonly clientName: string | undefined;
  readonly clientVersion: string | undefined;
  readonly revision: string | undefined;
  readonly userAgent: string | undefined;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly durationMs: number;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly sampled: boolean;
  readonly errorClass: string | undefined;
  readonly category: string | undefined;
  readonly code: number | undefined;
  readonly httpStatus: number | undefined;
  readonly gate: string | undefined;
  readonly more: More | undefined;
}

/** What only some logs have: the operator's resolvers and bodies. */
export interface More {
  readonly principal?: string | undefined;
  readonly delegation?: readonly string[] | undefined;
  readonly resources?: readonly string[] | undefined;
  readonly purpose?: string | undefined;
  readonly request?: unknown;
  readonly response?: unknown;
}

/** Twice what a record may hold, so that a secret across the edge is recognised before the edge is cut. */
const RAW_TARGET_CHARS = 2048;
const RAW_NAME_CHARS = 512;

export function entryOf(exchange: Exchange, outcome: Outcome, more: More | undefined, now: number): ExchangeEntry {
  const { client, trace } = exchange;
  const failed = outcome.kind === "error" ? outcome : undefined;
  const judged = judge(exchange, outcome);
  const event = eventOf(exchange, outcome, judged.audit);
  const isSecurity = event.startsWith("security.");
  const { durationMs } = outcome;
  return {
    at: now - durationMs,
    event,
    outcome: judged.audit,
    server: cut(exchange.server, RAW_NAME_CHARS),
    transport: exchange.transport,
    direction: exchange.direction,
    method: cut(exchange.method, RAW_NAME_CHARS),
    target: cut(exchange.target, RAW_TARGET_CHARS),
    known: exchange.targetKnown,
    requestId: typeof exchange.id === "string" ? cut(exchange.id, RAW_NAME_CHARS) : exchange.id,
    principal: cut(exchange.principal, RAW_NAME_CHARS),
    session: cut(exchange.session, RAW_NAME_CHARS),
    clientName: cut(client?.name, RAW_NAME_CHARS),
    clientVersion: cut(client?.version, RAW_NAME_CHARS),
    revision: cut(exchange.revision, RAW_NAME_CHARS),
    userAgent: cut(exchange.header("user-agent"), RAW_NAME_CHARS),
    host: isSecurity ? cut(exchange.header("host"), RAW_NAME_CHARS) : undefined,
    origin: isSecurity ? cut(exchange.header("origin"), RAW_NAME_CHARS) : undefined,
    requestBytes: exchange.requestBytes,
    responseBytes: outcome.responseBytes,
    durationMs,
    traceId: trace?.traceId,
    spanId: trace?.spanId,
    sampled: trace?.sampled ?? false,
    errorClass: judged.type,
    category: judged.category,
    code: failed?.code,
    httpStatus: outcome.httpStatus,
    gate: outcome.gate,
    more,
  };
}

function eventOf(exchange: Exchange, outcome: Outcome, audit: AuditOutcome): ExchangeEvent {
  if (outcome.httpStatus === 401) return "security.unauthenticated";
  if (outcome.httpStatus === 403) return "security.forbidden";
  if (audit === "denied") return "security.denied";
  return exchange.kind === "request" ? "mcp.request" : "mcp.notification";
}

function cut<T extends string | undefined>(text: T, chars: number): T {
  return (text !== undefined && text.length > chars ? text.slice(0, chars) : text) as T;
}
