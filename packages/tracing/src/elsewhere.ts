import type { Exchange } from "@mcp-ops/exchange";
import { type Span, SpanKind } from "@opentelemetry/api";
import { ATTRIBUTE } from "./attributes.ts";

/** Name of our tracer and meter: the scope of every span and histogram of ours. */
export const SCOPE = "@mcp-ops/tracing";

/** What spans of OpenTelemetry's SDK show besides the API; others show nothing. */
interface ReadableSpan {
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly kind?: SpanKind;
  readonly instrumentationScope?: { readonly name?: string };
}

/** `mcp.request.id` is Sentry's name for it. */
const REQUEST_IDS = [ATTRIBUTE.requestId, "mcp.request.id"];

/**
 * Whether the active span is another instrumentation's span for this exchange. It is when it can be read, carries the method of the
 * exchange, stands on the same side, and does not carry another request's id. An instrumentation that starts its span inside ours,
 * or whose spans cannot be read, cannot be seen from here: name it with `tracedElsewhere`, or choose `propagation-only`.
 */
export function looksTracedElsewhere(exchange: Exchange, active: Span): boolean {
  const { attributes, kind, instrumentationScope } = active as Span & ReadableSpan;
  if (attributes === undefined || attributes[ATTRIBUTE.method] !== exchange.method) return false;
  if (instrumentationScope?.name === SCOPE) return false;
  if (kind === (exchange.direction === "inbound" ? SpanKind.CLIENT : SpanKind.SERVER)) return false;
  const given = REQUEST_IDS.map((name) => attributes[name]).find((id) => id !== undefined);
  return given === undefined || String(given) === String(exchange.id);
}
