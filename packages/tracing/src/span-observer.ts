import type { Exchange, Observer, Outcome } from "@mcp-ops/exchange";
import { CLIENT_FAULT_CODES } from "@mcp-ops/formats";
import { type Context, context, type Span, type TextMapPropagator, trace } from "@opentelemetry/api";
import { Content } from "./content.ts";
import { describeSpan } from "./describe-span.ts";
import type { Durations } from "./durations.ts";
import { looksTracedElsewhere, SCOPE } from "./elsewhere.ts";
import { endingOf } from "./ending.ts";
import { identify, isTraced } from "./identify.ts";
import { type Label, Labels } from "./label.ts";
import {
  DEFAULT_CAPTURE_CONTENT,
  DEFAULT_RESOURCE_URI,
  DEFAULT_UNTRACED_NOTIFICATIONS,
  type TracingOptions,
} from "./options.ts";
import { parentOf } from "./parent.ts";
import { Texts } from "./texts.ts";

/** The observer of the mode `native`: a span around every exchange, and the handler inside it. */
export function spanObserver(
  options: TracingOptions,
  propagator: Pick<TextMapPropagator, "extract">,
  durations: Durations | undefined,
): Observer {
  const { captureContent = DEFAULT_CAPTURE_CONTENT, tracedElsewhere = looksTracedElsewhere } = options;
  const clientFaults = options.clientFaultCodes ?? CLIENT_FAULT_CODES;
  const untraced = new Set(options.untracedNotifications ?? DEFAULT_UNTRACED_NOTIFICATIONS);
  const texts = new Texts(options.redact, options.resourceUri ?? DEFAULT_RESOURCE_URI);
  const labels = new Labels(options.resourceUriInName ?? false);
  const content = captureContent === false ? undefined : new Content(captureContent === true ? {} : captureContent);
  const tracer = (options.tracerProvider ?? trace.getTracerProvider()).getTracer(SCOPE);

  function end(span: Span, label: Label, exchange: Exchange, outcome: Outcome, around: Context): void {
    try {
      const ending = endingOf(exchange, outcome, clientFaults);
      if (span.isRecording()) {
        if (label.isPreliminary) span.updateName(labels.nameOf(exchange));
        describeSpan(span, exchange, outcome, ending, texts);
        content?.answer(span, exchange, outcome);
      }
      durations?.operation(exchange, outcome, ending, around);
    } finally {
      // Observers may hear of the end later than it was, when the tap was still finding out about the target.
      span.end(exchange.startedAt + outcome.durationMs);
    }
  }

  return function tracing(exchange, next) {
    // Another tracing of ours has a span for it already.
    if (untraced.has(exchange.method) || exchange.trace !== undefined) return next();
    const active = context.active();
    const ambient = trace.getSpan(active);
    if (ambient !== undefined && tracedElsewhere(exchange, ambient)) {
      identify(exchange, ambient.spanContext());
      return next();
    }
    const { context: parent, links } = parentOf(exchange, active, propagator);
    const label = labels.of(exchange);
    const options = links === undefined ? label.options : { ...label.options, links };
    const span = tracer.startSpan(label.name, options, parent);
    const recording = span.isRecording();
    const inside = isTraced(span) ? trace.setSpan(parent, span) : parent;
    identify(exchange, span.spanContext());
    if (recording) content?.question(span, exchange);
    const ended = inside === active ? next() : context.with(inside, next);
    if (!recording && durations?.active !== true) return ended;
    return ended.then((outcome) => end(span, label, exchange, outcome, inside));
  };
}
