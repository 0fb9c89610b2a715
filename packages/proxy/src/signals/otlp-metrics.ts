import { OpsError } from "@mcp-ops/formats";
import { defaultMetrics } from "@mcp-ops/kit";
import { getNumberFromEnv, getStringFromEnv } from "@opentelemetry/core";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from "@opentelemetry/sdk-metrics";
import { PROXY_ERROR } from "../codes.ts";
import { registryProducer } from "./registry-producer.ts";
import type { Warn } from "./warn.ts";

export interface PushOptions {
  /** Of the collector, such as `http://collector:4318`; `on` takes it from `OTEL_EXPORTER_OTLP_*`. */
  readonly target: string;
  readonly server: string;
  readonly bootId: string;
  readonly onWarning: Warn;
}

/** The default of OpenTelemetry's specification; `OTEL_METRIC_EXPORT_INTERVAL` says otherwise. */
const DEFAULT_INTERVAL_MS = 60_000;
/** An orchestrator sends SIGKILL ten seconds after SIGTERM; the server has more to do than this. */
const FLUSH_DEADLINE_MS = 3_000;

/** Pushes the metrics by OTLP, on an interval and once more at the end. */
export async function openPush({
  target,
  server,
  bootId,
  onWarning,
}: PushOptions): Promise<{ close(): Promise<void> }> {
  const exportIntervalMillis = Math.max(100, getNumberFromEnv("OTEL_METRIC_EXPORT_INTERVAL") ?? DEFAULT_INTERVAL_MS);
  const reader = new PeriodicExportingMetricReader({
    exporter: telling(await exporterFor(target), onWarning),
    exportIntervalMillis,
    exportTimeoutMillis: Math.min(exportIntervalMillis, getNumberFromEnv("OTEL_METRIC_EXPORT_TIMEOUT") ?? 30_000),
    metricProducers: [registryProducer(defaultMetrics().registry)],
  });
  const provider = new MeterProvider({ resource: resourceOf(server, bootId), readers: [reader] });
  return { close: () => withinDeadline(provider.shutdown()) };
}

function resourceOf(server: string, bootId: string) {
  const named = getStringFromEnv("OTEL_SERVICE_NAME") ?? server;
  const own = { "service.name": named, "service.instance.id": bootId, "process.pid": process.pid };
  const said = detectResources({ detectors: [envDetector] });
  return defaultResource().merge(said).merge(resourceFromAttributes(own));
}

async function exporterFor(target: string): Promise<PushMetricExporter> {
  const url = target === "on" ? undefined : collector(target);
  switch (getStringFromEnv("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL") ?? getStringFromEnv("OTEL_EXPORTER_OTLP_PROTOCOL")) {
    case "grpc": {
      const { OTLPMetricExporter } = await import("@opentelemetry/exporter-metrics-otlp-grpc");
      return new OTLPMetricExporter(url === undefined ? {} : { url: url.origin });
    }
    case "http/json": {
      const { OTLPMetricExporter } = await import("@opentelemetry/exporter-metrics-otlp-http");
      return new OTLPMetricExporter(url === undefined ? {} : { url: metricsUrl(url) });
    }
    default: {
      const { OTLPMetricExporter } = await import("@opentelemetry/exporter-metrics-otlp-proto");
      return new OTLPMetricExporter(url === undefined ? {} : { url: metricsUrl(url) });
    }
  }
}

function collector(target: string): URL {
  const url = URL.parse(target);
  if (url !== null && (url.protocol === "http:" || url.protocol === "https:")) return url;
  throw new OpsError(
    PROXY_ERROR.collectorInvalid,
    `${JSON.stringify(target)} is no address of a collector. Write it like http://collector:4318, or give on to use OTEL_EXPORTER_OTLP_ENDPOINT.`,
  );
}

function metricsUrl(url: URL): string {
  return url.pathname === "/" ? new URL("/v1/metrics", url).href : url.href;
}

/** The reader tells of failures nowhere that an operator looks. One warning stands for a row of failures. */
function telling(exporter: PushMetricExporter, onWarning: Warn): PushMetricExporter {
  let failing = false;
  const send = exporter.export.bind(exporter);
  exporter.export = (metrics, done) =>
    send(metrics, (result) => {
      const failed = result.code !== 0;
      if (failed && !failing) onWarning(pushFailed(result.error));
      failing = failed;
      done(result);
    });
  return exporter;
}

function pushFailed(cause: Error | undefined): OpsError {
  return new OpsError(
    PROXY_ERROR.pushFailed,
    `Metrics could not be pushed: ${cause?.message ?? "no reason given"}. Check the address of the collector; it is tried again at each interval.`,
    { cause },
  );
}

async function withinDeadline(work: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, FLUSH_DEADLINE_MS);
  await Promise.race([work.catch(() => {}), late.promise]);
  clearTimeout(timer);
}
