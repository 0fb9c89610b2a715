import { OpsError } from "@mcp-ops/formats";
import { context, metrics, propagation, trace } from "@opentelemetry/api";
import { getNumberFromEnv, getStringListFromEnv } from "@opentelemetry/core";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { BatchSpanProcessor, SimpleSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace";
import { CountedProcessor, type SpanCounts, sumOf } from "./counted-processor.ts";
import { TELEMETRY_ERROR } from "./errors.ts";
import { exportersFor } from "./exporters.ts";
import { DEFAULT_MAX_WAITING_SPANS, DEFAULT_SHUTDOWN_DEADLINE_MS, type TelemetryOptions } from "./options.ts";
import { resourceDetectors, resourceOf } from "./resource.ts";
import { withStderrDiagnostics } from "./stderr-diagnostics.ts";
import { StderrExporter } from "./stderr-exporter.ts";
import { within } from "./within.ts";

/** A running OpenTelemetry. */
export interface Telemetry extends AsyncDisposable {
  /** What became of the spans so far. */
  readonly counts: SpanCounts;
  /** Why spans could not be sent, last time. */
  readonly lastFailure: Error | undefined;
  /** Sends what is waiting. Gives whether all of it arrived within the deadline; never rejects. */
  flush(deadlineMs?: number): Promise<boolean>;
  /** Sends what is waiting and ends OpenTelemetry in this process. Gives whether all of it arrived within the deadline; never rejects. */
  shutdown(deadlineMs?: number): Promise<boolean>;
}

/**
 * Starts OpenTelemetry for this process. The standard `OTEL_*` variables are honoured; nothing is ever written to stdout.
 *
 * @throws OpsError when OpenTelemetry already runs, or the exporter is unknown, not installed or has no valid address.
 */
export async function startTracing(options: TelemetryOptions = {}): Promise<Telemetry> {
  const { shutdownDeadlineMs = DEFAULT_SHUTDOWN_DEADLINE_MS } = options;
  refuseSecondStart();
  refuseStdout();
  const maxWaiting = options.maxWaitingSpans ?? positive("OTEL_BSP_MAX_QUEUE_SIZE") ?? DEFAULT_MAX_WAITING_SPANS;
  const processors = (await exportersFor(options.exporter)).map((exporter) => processorFor(exporter, maxWaiting));
  const sdk = withStderrDiagnostics(() => start(options, processors));

  const nothingWaits = () => processors.every(({ counts }) => counts.waiting === 0);

  async function stop(deadlineMs: number): Promise<boolean> {
    const inTime = (await within(deadlineMs, sdk.shutdown())) && nothingWaits();
    for (const processor of processors) processor.abandon();
    for (const api of [trace, context, propagation, metrics]) api.disable();
    return inTime;
  }

  let stopped: Promise<boolean> | undefined;
  const shutdown = (deadlineMs = shutdownDeadlineMs) => {
    stopped ??= stop(deadlineMs);
    return stopped;
  };
  return {
    get counts() {
      return sumOf(processors.map(({ counts }) => counts));
    },
    get lastFailure() {
      return processors.findLast(({ lastFailure }) => lastFailure !== undefined)?.lastFailure;
    },
    async flush(deadlineMs = shutdownDeadlineMs) {
      const sent = Promise.all(processors.map((processor) => processor.forceFlush()));
      return (await within(deadlineMs, sent)) && nothingWaits();
    },
    shutdown,
    async [Symbol.asyncDispose]() {
      await shutdown();
    },
  };
}

function start({ service, version }: TelemetryOptions, spanProcessors: CountedProcessor[]): NodeSDK {
  const detectors = resourceDetectors();
  const sdk = new NodeSDK({
    resource: resourceOf(service, version),
    ...(detectors !== undefined && { resourceDetectors: detectors }),
    spanProcessors,
    // NodeSDK would export metrics and logs to a collector that nobody has named.
    ...(getStringListFromEnv("OTEL_METRICS_EXPORTER") === undefined && { metricReaders: [] }),
    logRecordProcessors: [],
  });
  sdk.start();
  return sdk;
}

function processorFor(exporter: SpanExporter, maxWaiting: number): CountedProcessor {
  return new CountedProcessor(exporter, maxWaiting, (counted) => {
    if (exporter instanceof StderrExporter) return new SimpleSpanProcessor({ exporter: counted });
    const batch = {
      maxExportBatchSize: positive("OTEL_BSP_MAX_EXPORT_BATCH_SIZE"),
      scheduledDelayMillis: positive("OTEL_BSP_SCHEDULE_DELAY"),
      exportTimeoutMillis: positive("OTEL_BSP_EXPORT_TIMEOUT"),
    };
    const given = Object.fromEntries(Object.entries(batch).filter(([, value]) => value !== undefined));
    return new BatchSpanProcessor({ exporter: counted, maxQueueSize: maxWaiting, ...given });
  });
}

function positive(name: string): number | undefined {
  const value = getNumberFromEnv(name);
  return value !== undefined && value > 0 ? value : undefined;
}

function refuseSecondStart(): void {
  const provider = trace.getTracerProvider() as { getDelegateTracer?: (name: string) => unknown };
  if (provider.getDelegateTracer?.("mcp-ops") === undefined && provider.getDelegateTracer !== undefined) return;
  throw new OpsError(
    TELEMETRY_ERROR.alreadyStarted,
    "OpenTelemetry runs in this process already. Leave out startTracing(): the spans of mcp-ops go where your own setup sends them.",
  );
}

function refuseStdout(): void {
  if (getStringListFromEnv("OTEL_METRICS_EXPORTER")?.includes("console") !== true) return;
  throw new OpsError(
    TELEMETRY_ERROR.stdoutForbidden,
    "OTEL_METRICS_EXPORTER=console writes to stdout, where a stdio server speaks JSON-RPC. Use otlp, prometheus or none.",
  );
}
