export type { SpanCounts } from "./counted-processor.ts";
export { TELEMETRY_ERROR } from "./errors.ts";
export {
  DEFAULT_MAX_WAITING_SPANS,
  DEFAULT_SHUTDOWN_DEADLINE_MS,
  type ExporterChoice,
  type ExporterName,
  type Jaeger,
  type OtlpGrpc,
  type OtlpHttp,
  type TelemetryOptions,
} from "./options.ts";
export { startTracing, type Telemetry } from "./start-tracing.ts";
