import type { Exchange } from "@mcp-ops/exchange";
import { INVALID_TRACEID, type Span, type SpanContext, TraceFlags } from "@opentelemetry/api";

/** Writes the trace of an exchange where audit and exemplars read it: once, and only if there is one. */
export function identify(exchange: Exchange, { traceId, spanId, traceFlags }: SpanContext): void {
  if (traceId === INVALID_TRACEID || exchange.trace !== undefined) return;
  exchange.trace = { traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 };
}

/** Without an SDK, and without a parent, spans have no ids. */
export function isTraced(span: Span): boolean {
  return span.spanContext().traceId !== INVALID_TRACEID;
}
