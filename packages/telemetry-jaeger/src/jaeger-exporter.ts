import { JaegerExporter } from "@opentelemetry/exporter-jaeger";

/** A Jaeger agent that takes batches of binary Thrift over UDP. */
export interface JaegerAgent {
  readonly host?: string;
  /** The agent's port for binary Thrift: 6832 unless it was moved. 6831 is for compact Thrift, which this exporter does not speak. */
  readonly port?: number;
}

/** A Jaeger collector that takes Thrift over HTTP, such as `http://collector:14268/api/traces`. */
export interface JaegerCollector {
  readonly endpoint: string;
  readonly username?: string;
  readonly password?: string;
}

/** Each export has flushed already. The exporter's own two seconds pass in any case, and the process waits for them. */
const SHUTDOWN_FLUSH_MS = 50;

/**
 * An exporter for Jaeger before it spoke OTLP. A package of its own because the last version of OpenTelemetry's exporter belongs to
 * the SDK before this one: whoever does not need it has none of its dependencies. What is not given is read from
 * `OTEL_EXPORTER_JAEGER_*`.
 */
export function jaegerExporter(target: JaegerAgent | JaegerCollector = {}): JaegerExporter {
  return new JaegerExporter({ flushTimeout: SHUTDOWN_FLUSH_MS, ...target });
}
