import { type Exchange, type Gate, type JsonObject, PASS } from "@mcp-ops/exchange";
import { type Context, context, defaultTextMapSetter, propagation, type TextMapPropagator } from "@opentelemetry/api";

/**
 * The gate that writes trace context into `_meta` of requests the server sends. It sits inside the tracing observer, so that the
 * active span is the request's own. It never refuses: what goes wrong here is nobody's reason to stop a request.
 */
export function propagationGate(propagator: Pick<TextMapPropagator, "inject">, baggage: readonly string[]): Gate {
  const allowed = new Set(baggage);
  return function propagation(exchange: Exchange) {
    if (exchange.direction !== "outbound") return PASS;
    const fields: Record<string, string> = {};
    try {
      propagator.inject(withBaggage(context.active(), allowed), fields, defaultTextMapSetter);
    } catch {
      return PASS;
    }
    for (const _ in fields) return { pass: true, amendRequest: (params) => withMeta(params, fields) };
    return PASS;
  };
}

/** What the server's author put into `_meta` by hand stays. */
function withMeta(params: JsonObject, fields: Readonly<Record<string, string>>): JsonObject {
  const meta = params._meta as JsonObject | undefined;
  return "traceparent" in (meta ?? {}) ? params : { ...params, _meta: { ...meta, ...fields } };
}

function withBaggage(from: Context, allowed: ReadonlySet<string>): Context {
  const baggage = propagation.getBaggage(from);
  if (baggage === undefined) return from;
  const others = baggage.getAllEntries().flatMap(([key]) => (allowed.has(key) ? [] : [key]));
  return propagation.setBaggage(from, baggage.removeEntries(...others));
}
