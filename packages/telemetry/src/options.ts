import type { SpanExporter } from "@opentelemetry/sdk-trace";

/** OTLP over HTTP with protobuf bodies. What is not given is read from `OTEL_EXPORTER_OTLP_*`. */
export interface OtlpHttp {
  readonly kind: "otlp-http";
  /** Of the collector, such as `http://collector:4318`; `/v1/traces` is added when it has no path. */
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** OTLP over gRPC. What is not given is read from `OTEL_EXPORTER_OTLP_*`. */
export interface OtlpGrpc {
  readonly kind: "otlp-grpc";
  /** Of the collector, such as `http://collector:4317`. */
  readonly url?: string;
  readonly timeoutMs?: number;
}

/** Jaeger without OTLP: its agent (UDP), or its collector when `endpoint` is given. Needs the package `@mcp-ops/telemetry-jaeger`. */
export interface Jaeger {
  readonly kind: "jaeger";
  readonly host?: string;
  readonly port?: number;
  readonly endpoint?: string;
  readonly username?: string;
  readonly password?: string;
}

/** `console` writes a line of JSON per span to stderr. `otlp` takes its protocol from `OTEL_EXPORTER_OTLP_PROTOCOL`. */
export type ExporterName = "otlp" | "otlp-http" | "otlp-grpc" | "jaeger" | "console" | "none";

export type ExporterChoice = ExporterName | OtlpHttp | OtlpGrpc | Jaeger | SpanExporter;

export interface TelemetryOptions {
  /** `service.name`, unless `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` says otherwise. */
  readonly service?: string;
  /** `service.version` */
  readonly version?: string;
  /** Where spans go. Without it `OTEL_TRACES_EXPORTER` says, and without that it is OTLP. */
  readonly exporter?: ExporterChoice | readonly ExporterChoice[];
  /** Spans that wait for one exporter; what comes on top is dropped and counted. Without it `OTEL_BSP_MAX_QUEUE_SIZE` says. */
  readonly maxWaitingSpans?: number;
  /** How long `shutdown()` tries to send what is waiting. */
  readonly shutdownDeadlineMs?: number;
}

/** The default of OpenTelemetry's specification (`OTEL_BSP_MAX_QUEUE_SIZE`); some 4 MB of spans. */
export const DEFAULT_MAX_WAITING_SPANS = 2048;

/** Orchestrators send SIGKILL ten seconds after SIGTERM or later; the server has more to do than this. */
export const DEFAULT_SHUTDOWN_DEADLINE_MS = 5000;
