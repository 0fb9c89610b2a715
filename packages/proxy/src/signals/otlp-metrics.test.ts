import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openSignals } from "../signals.ts";

beforeEach(() => {
  vi.stubEnv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json");
  return () => vi.unstubAllEnvs();
});

const openServers = new Set<{ close(): unknown }>();
afterEach(() => {
  for (const server of openServers) server.close();
  openServers.clear();
});

/** A collector over real HTTP, which keeps what it was sent. */
async function collector(status = 200) {
  const received: { path: string; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    received.push({ path: request.url as string, body });
    response.writeHead(status, { "content-type": "application/json" }).end("{}");
  });
  openServers.add(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const signals = (otlpMetrics: string, warnings: unknown[] = []) =>
  openSignals({
    server: "weather",
    listen: "off",
    folder: "/nowhere",
    otlpMetrics,
    onWarning: (error) => warnings.push(error),
  });

it("pushes the figures when it ends, under the name of the server", async () => {
  const { received, url } = await collector();
  const warnings: unknown[] = [];
  await (await signals(url, warnings)).close();
  expect(warnings).toEqual([]);
  expect(received.map(({ path }) => path)).toEqual(["/v1/metrics"]);
  const [{ resource, scopeMetrics }] = JSON.parse(received[0]!.body).resourceMetrics;
  expect(resource.attributes).toContainEqual({ key: "service.name", value: { stringValue: "weather" } });
  const names = scopeMetrics.flatMap((scope: { metrics: { name: string }[] }) => scope.metrics.map(({ name }) => name));
  expect(names).toEqual(expect.arrayContaining(["mcp_requests_total", "process_cpu_seconds_total"]));
});

it("pushes on the interval that OpenTelemetry's variable says", async () => {
  vi.stubEnv("OTEL_METRIC_EXPORT_INTERVAL", "100");
  const { received, url } = await collector();
  const open = await signals(url);
  await expect.poll(() => received.length).toBeGreaterThan(1);
  await open.close();
});

it("warns, once, of a collector that refuses, and of an address that is none; the signals are open all the same", async () => {
  const { url } = await collector(400);
  const warnings: unknown[] = [];
  await (await signals(url, warnings)).close();
  await (await signals("collector", warnings)).close();
  expect(warnings).toEqual([
    expect.objectContaining({ code: "PROXY_PUSH_FAILED" }),
    expect.objectContaining({
      code: "PROXY_COLLECTOR_INVALID",
      message: expect.stringContaining("http://collector:4318"),
    }),
  ]);
});
