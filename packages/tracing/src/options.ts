import type { Exchange } from "@mcp-ops/exchange";
import type { Redactor } from "@mcp-ops/formats";
import type { MeterProvider, Span, TextMapPropagator, TracerProvider } from "@opentelemetry/api";

/**
 * `native` makes a span for every exchange. `propagation-only` makes none, and runs handlers in the caller's trace context and
 * passes context on: for processes where something else makes the spans. `off` does nothing.
 */
export type TracingMode = "native" | "propagation-only" | "off";

export interface ContentOptions {
  /** What may leave of arguments and results. */
  readonly redact?: Redactor;
  /** A captured value is cut at this many bytes (UTF-8). */
  readonly maxBytes?: number;
}

export interface TracingOptions {
  readonly mode?: TracingMode;
  /** Notifications without a span and without a duration. */
  readonly untracedNotifications?: Iterable<string>;
  /** JSON-RPC codes which, answered by the server, are the client's fault and not an error of the span. */
  readonly clientFaultCodes?: ReadonlySet<number>;
  /** Baggage keys that may go on to the client in `_meta` of the server's own requests. */
  readonly baggage?: readonly string[];
  /** Records tool arguments and results on spans. */
  readonly captureContent?: boolean | ContentOptions;
  /** What may leave of error messages, resource URIs and names the server does not know. */
  readonly redact?: Redactor;
  /** `path` leaves out the query and the fragment of a resource URI, `full` keeps them. Credentials in front of a host never stay. */
  readonly resourceUri?: "path" | "full";
  /** Puts the known URI (or the template it matches) behind the method in the span's name. */
  readonly resourceUriInName?: boolean;
  /** Says that the active span is that of another instrumentation for this very exchange; then ours makes none. */
  readonly tracedElsewhere?: (exchange: Exchange, active: Span) => boolean;
  /** Records `mcp.*.duration` histograms through the OpenTelemetry metrics API. */
  readonly durations?: boolean;
  readonly tracerProvider?: TracerProvider;
  readonly meterProvider?: MeterProvider;
  readonly propagator?: Pick<TextMapPropagator, "inject" | "extract">;
}

export const DEFAULT_TRACING_MODE: TracingMode = "native";

/** They come by the hundred within one call, and take no time worth knowing. */
export const DEFAULT_UNTRACED_NOTIFICATIONS: readonly string[] = ["notifications/progress", "notifications/message"];

/** Baggage holds what somebody upstream put there, often about a person. Nothing leaves that was not named. */
export const DEFAULT_BAGGAGE: readonly string[] = [];

/** Arguments and results are the users' data. */
export const DEFAULT_CAPTURE_CONTENT = false;

/** One screen of JSON; most backends cut longer attributes. */
export const DEFAULT_CONTENT_MAX_BYTES = 4096;

/** A query is where URIs carry tokens. */
export const DEFAULT_RESOURCE_URI = "path";
