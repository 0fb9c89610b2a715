import type { Observer } from "@mcp-ops/exchange";
import { context, type TextMapPropagator, trace } from "@opentelemetry/api";
import { looksTracedElsewhere } from "./elsewhere.ts";
import { identify } from "./identify.ts";
import type { TracingOptions } from "./options.ts";
import { parentOf } from "./parent.ts";

/** The observer of the mode `propagation-only`: runs the handler in the caller's trace context, unless a span for the exchange is active. */
export function carryObserver(options: TracingOptions, propagator: Pick<TextMapPropagator, "extract">): Observer {
  const { tracedElsewhere = looksTracedElsewhere } = options;
  return function tracing(exchange, next) {
    const active = context.active();
    const ambient = trace.getSpan(active);
    const isTraced = ambient !== undefined && tracedElsewhere(exchange, ambient);
    const around = isTraced ? active : parentOf(exchange, active, propagator).context;
    const span = trace.getSpanContext(around);
    if (span !== undefined) identify(exchange, span);
    return around === active ? next() : context.with(around, next);
  };
}
