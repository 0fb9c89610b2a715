import type { Exchange, JsonObject } from "@mcp-ops/exchange";
import {
  type Context,
  isSpanContextValid,
  type Link,
  type TextMapGetter,
  type TextMapPropagator,
  trace,
} from "@opentelemetry/api";

export interface Parent {
  readonly context: Context;
  /** The ambient span, where the caller named another parent. */
  readonly links: Link[] | undefined;
}

/** W3C allows 8 192 bytes of baggage; nobody's trace context is longer. */
const MAX_FIELD = 8192;

/** `_meta` as propagators read headers. What is not a text is not there. */
const metaGetter: TextMapGetter<JsonObject> = {
  keys: (meta) => Object.keys(meta),
  get(meta, key) {
    const value = Object.hasOwn(meta, key) ? meta[key] : undefined;
    return typeof value === "string" && value.length <= MAX_FIELD ? value : undefined;
  },
};

/** HTTP headers of an exchange as propagators read them. None of them asks which there are. */
const headerGetter: TextMapGetter<Exchange> = {
  keys: () => [],
  get(exchange, key) {
    const value = exchange.header(key);
    return value !== undefined && value.length <= MAX_FIELD ? value : undefined;
  },
};

/**
 * The parent of an exchange: what the caller says in `_meta` (SEP-414), else the ambient span, else (nobody watches HTTP in this
 * process) what the caller says in HTTP headers. A context the propagator cannot read is no parent.
 */
export function parentOf(exchange: Exchange, active: Context, propagator: Pick<TextMapPropagator, "extract">): Parent {
  if (exchange.direction === "outbound") return { context: active, links: undefined };
  const { meta } = exchange;
  const ambient = trace.getSpan(active);
  const hasHeaders = exchange.transport === "http" || exchange.transport === "sse";
  const headed = ambient === undefined && hasHeaders ? propagator.extract(active, exchange, headerGetter) : active;
  const extracted = meta === undefined ? headed : propagator.extract(headed, meta, metaGetter);
  if (extracted === active) return { context: active, links: undefined };
  const named = trace.getSpanContext(extracted);
  const around = ambient?.spanContext();
  if (named === around) return { context: extracted, links: undefined };
  if (named === undefined || !isSpanContextValid(named)) {
    const context = ambient === undefined ? trace.deleteSpan(extracted) : trace.setSpan(extracted, ambient);
    return { context, links: undefined };
  }
  const linked = around !== undefined && isSpanContextValid(around) && around.spanId !== named.spanId;
  return { context: extracted, links: linked ? [{ context: around }] : undefined };
}
