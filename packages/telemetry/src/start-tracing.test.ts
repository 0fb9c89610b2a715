import { spawnSync } from "node:child_process";
import { jaegerExporter } from "@mcp-ops/telemetry-jaeger";
import { trace } from "@opentelemetry/api";
import { afterEach, describe, expect, it, vi } from "vitest";
import { loadJaeger } from "./jaeger.ts";
import type { ExporterChoice } from "./options.ts";
import { startTracing } from "./start-tracing.ts";

afterEach(() => vi.unstubAllEnvs());

const code = (expected: string, fix: string) =>
  expect.objectContaining({ code: expected, message: expect.stringContaining(fix) });

describe("a start that cannot work says what to do", () => {
  it("when the exporter has no such name", async () => {
    await expect(startTracing({ exporter: "zipkin" as ExporterChoice })).rejects.toEqual(
      code("TELEMETRY_EXPORTER_UNKNOWN", "otlp-http"),
    );
    vi.stubEnv("OTEL_TRACES_EXPORTER", "zipkin");
    await expect(startTracing()).rejects.toEqual(code("TELEMETRY_EXPORTER_UNKNOWN", "OTEL_TRACES_EXPORTER"));
  });

  it("when the address is none", async () => {
    await expect(startTracing({ exporter: { kind: "otlp-http", url: "collector:4318" } })).rejects.toEqual(
      code("TELEMETRY_URL_INVALID", "http://collector:4318"),
    );
  });

  it("when Jaeger's exporter is not installed", async () => {
    const missing = () => Promise.reject(new Error("Cannot find package"));
    await expect(loadJaeger({ kind: "jaeger" }, missing)).rejects.toEqual(
      code("TELEMETRY_JAEGER_MISSING", "npm install @mcp-ops/telemetry-jaeger"),
    );
  });

  it("when OpenTelemetry runs already", async () => {
    await using _first = await startTracing({ exporter: "console" });
    await expect(startTracing({ exporter: "none" })).rejects.toEqual(
      code("TELEMETRY_ALREADY_STARTED", "Leave out startTracing()"),
    );
  });

  it("when metrics would go to stdout", async () => {
    vi.stubEnv("OTEL_METRICS_EXPORTER", "console");
    await expect(startTracing({ exporter: "none" })).rejects.toEqual(code("TELEMETRY_STDOUT_FORBIDDEN", "prometheus"));
  });
});

it("finds Jaeger's exporter where it is installed", async () => {
  const loaded = await loadJaeger({ kind: "jaeger" });
  expect(loaded).toBeInstanceOf(jaegerExporter().constructor);
});

it("starts again after it was shut down, and shutting down twice is one", async () => {
  for (let i = 0; i < 2; i++) {
    const telemetry = await startTracing({ exporter: "none" });
    expect(await Promise.all([telemetry.shutdown(), telemetry.shutdown()])).toEqual([true, true]);
  }
});

it("is switched off by OTEL_SDK_DISABLED", async () => {
  vi.stubEnv("OTEL_SDK_DISABLED", "true");
  await using telemetry = await startTracing({ exporter: "console" });
  trace.getTracer("test").startSpan("nobody sees it").end();
  expect(telemetry.counts).toEqual({ exported: 0, failed: 0, dropped: 0, waiting: 0 });
});

it("writes spans and OpenTelemetry's own messages to stderr, and nothing to stdout", () => {
  const script = `
    import { jaegerExporter } from "@mcp-ops/telemetry-jaeger";
import { trace } from "@opentelemetry/api";
    import { startTracing } from "@mcp-ops/telemetry";
    const telemetry = await startTracing({ service: "story", exporter: "console" });
    trace.getTracer("test").startSpan("tools/call ok").end();
    await telemetry.shutdown();`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: new URL("..", import.meta.url),
    env: { ...process.env, OTEL_LOG_LEVEL: "debug" },
    encoding: "utf8",
  });
  expect([stdout, status]).toEqual(["", 0]);
  expect(stderr).toContain('"span":"tools/call ok"');
  expect(stderr).toContain("opentelemetry debug");
});
