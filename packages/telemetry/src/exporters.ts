import { OpsError } from "@mcp-ops/formats";
import { getStringFromEnv, getStringListFromEnv } from "@opentelemetry/core";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import { TELEMETRY_ERROR } from "./errors.ts";
import { loadJaeger } from "./jaeger.ts";
import type { ExporterChoice, ExporterName, Jaeger, OtlpGrpc, OtlpHttp } from "./options.ts";
import { StderrExporter } from "./stderr-exporter.ts";

const NAMES: readonly ExporterName[] = ["otlp", "otlp-http", "otlp-grpc", "jaeger", "console", "none"];

/** The exporters that were asked for in code, else in `OTEL_TRACES_EXPORTER`, else OTLP. */
export async function exportersFor(
  asked: ExporterChoice | readonly ExporterChoice[] | undefined,
): Promise<SpanExporter[]> {
  const choices = asked === undefined ? namesFromEnv() : [asked].flat();
  const made = await Promise.all(choices.map((choice) => exporterFor(choice as ExporterChoice)));
  return made.filter((exporter) => exporter !== undefined);
}

function namesFromEnv(): ExporterName[] {
  const names = getStringListFromEnv("OTEL_TRACES_EXPORTER") ?? [];
  return names.length === 0 ? ["otlp"] : [...new Set(names as ExporterName[])];
}

type Target = OtlpHttp | OtlpGrpc | Jaeger | { readonly kind: "otlp" | "console" | "none" };

/** The package of a kind is loaded when that kind is asked for. */
async function exporterFor(choice: ExporterChoice): Promise<SpanExporter | undefined> {
  if (typeof choice === "object" && "export" in choice) return choice;
  const target = (typeof choice === "string" ? { kind: choice } : choice) as Target;
  switch (target.kind) {
    case "none":
      return undefined;
    case "console":
      return new StderrExporter();
    case "otlp":
      return otlpByProtocol();
    case "otlp-http":
      return otlpHttp(target);
    case "otlp-grpc":
      return otlpGrpc(target);
    case "jaeger":
      return loadJaeger(target);
    default:
      throw unknown(target satisfies never);
  }
}

async function otlpByProtocol(): Promise<SpanExporter> {
  const protocol =
    getStringFromEnv("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") ?? getStringFromEnv("OTEL_EXPORTER_OTLP_PROTOCOL");
  switch (protocol?.trim()) {
    case "grpc":
      return otlpGrpc({});
    case "http/json":
      return new (await import("@opentelemetry/exporter-trace-otlp-http")).OTLPTraceExporter();
    default:
      return otlpHttp({});
  }
}

async function otlpHttp({ url, headers, timeoutMs }: Omit<OtlpHttp, "kind">): Promise<SpanExporter> {
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-proto");
  return new OTLPTraceExporter({
    ...(url !== undefined && { url: tracesUrl(url) }),
    ...(headers !== undefined && { headers: { ...headers } }),
    ...(timeoutMs !== undefined && { timeoutMillis: timeoutMs }),
  });
}

async function otlpGrpc({ url, timeoutMs }: Omit<OtlpGrpc, "kind">): Promise<SpanExporter> {
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-grpc");
  return new OTLPTraceExporter({
    ...(url !== undefined && { url: parsed(url).origin }),
    ...(timeoutMs !== undefined && { timeoutMillis: timeoutMs }),
  });
}

function tracesUrl(text: string): string {
  const url = parsed(text);
  if (url.pathname === "/") url.pathname = "/v1/traces";
  return url.href;
}

function parsed(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && (url.protocol === "http:" || url.protocol === "https:")) return url;
  throw new OpsError(
    TELEMETRY_ERROR.urlInvalid,
    `${JSON.stringify(text)} is no address of a collector. Write it like http://collector:4318 (HTTP) or http://collector:4317 (gRPC).`,
  );
}

function unknown(target: { readonly kind: string }): OpsError {
  return new OpsError(
    TELEMETRY_ERROR.exporterUnknown,
    `There is no exporter ${JSON.stringify(target.kind)}. In code or in OTEL_TRACES_EXPORTER, write one of: ${NAMES.join(", ")}.`,
  );
}
