import type { Observer, Outcome } from "@mcp-ops/exchange";
import { pipeline, tap } from "@mcp-ops/tap";
import { type ExporterChoice, startTracing } from "@mcp-ops/telemetry";
import { tracing } from "@mcp-ops/tracing";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { afterEach, expect, test, vi } from "vitest";
import { freePort } from "../fixtures/free-port.ts";
import { Backstage } from "../fixtures/stage.ts";
import { storyV1 } from "../fixtures/story-v1.ts";
import { Collector } from "./fixtures/collector.ts";
import { GrpcCollector } from "./fixtures/grpc-collector.ts";
import { decodeCollectorBody, JaegerAgent } from "./fixtures/jaeger.ts";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const CALLERS_SPAN = "b7ad6b7169203331";
const _meta = { traceparent: `00-${TRACE_ID}-${CALLERS_SPAN}-01` };
const isOk = ({ name }: { name: string }) => name === "tools/call ok";

/** A story under tracing, and OpenTelemetry that sends to this exporter. */
async function tracedStory(exporter: ExporterChoice, more = {}) {
  const telemetry = await startTracing({ service: "story", exporter, shutdownDeadlineMs: 50, ...more });
  const { observer, propagation, connectionObserver } = tracing();
  const ended: Promise<Outcome>[] = [];
  const until: Observer = (_exchange, next) => void ended.push(next());
  const parts = { observers: [until, observer], gates: [propagation], connectionObservers: [connectionObserver] };
  const server = tap(storyV1(new Backstage(() => {})), pipeline(parts));
  const [near, far] = InMemoryTransport.createLinkedPair();
  await server.connect(far);
  const client = new Client({ name: "client", version: "1" });
  await client.connect(near);
  const callOk = async () => {
    const answer = await client.callTool({ name: "ok", arguments: {}, _meta });
    // The client has its answer before the observers hear of it.
    await Promise.all(ended);
    return answer;
  };
  return {
    telemetry,
    callOk,
    async [Symbol.asyncDispose]() {
      await client.close();
      await telemetry.shutdown();
    },
  };
}

/** An address where nobody listens. */
async function deadAddress(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}`;
}

afterEach(() => vi.unstubAllEnvs());

test("spans arrive at a collector of OTLP over HTTP, as the caller's children", async () => {
  await using collector = new Collector();
  await using story = await tracedStory({ kind: "otlp-http", url: await collector.open() });
  await story.callOk();
  expect(await story.telemetry.flush(10_000)).toBe(true);
  const span = await collector.arrived.next(isOk);
  expect(span).toMatchObject({ service: "story", kind: "server", traceId: TRACE_ID, parentSpanId: CALLERS_SPAN });
  expect(span.attributes).toMatchObject({ "mcp.method.name": "tools/call", "gen_ai.tool.name": "ok" });
  expect(collector.paths[0]).toBe("/v1/traces");
  expect(story.telemetry.counts).toEqual({ exported: collector.arrived.all.length, failed: 0, dropped: 0, waiting: 0 });
});

test("spans arrive at a collector of OTLP over gRPC", async () => {
  await using collector = new GrpcCollector();
  await using story = await tracedStory({ kind: "otlp-grpc", url: await collector.open() });
  await story.callOk();
  expect(await story.telemetry.flush(10_000)).toBe(true);
  expect(await collector.arrived.next(isOk)).toMatchObject({ service: "story", traceId: TRACE_ID });
  expect(collector.paths[0]).toBe("/opentelemetry.proto.collector.trace.v1.TraceService/Export");
});

test("spans arrive at a Jaeger agent over UDP", async () => {
  await using agent = new JaegerAgent();
  const port = await agent.open();
  await using story = await tracedStory({ kind: "jaeger", host: "127.0.0.1", port });
  await story.callOk();
  expect(await story.telemetry.flush(10_000)).toBe(true);
  const span = await agent.arrived.next(({ operation }) => operation === "tools/call ok");
  expect(span).toMatchObject({ service: "story", traceId: TRACE_ID, parentSpanId: CALLERS_SPAN });
  expect(span.tags).toContain("mcp.method.name");
});

test("spans arrive at a Jaeger collector over HTTP", async () => {
  await using collector = new Collector("answers", decodeCollectorBody);
  const endpoint = `${await collector.open()}/api/traces`;
  await using story = await tracedStory({ kind: "jaeger", endpoint });
  await story.callOk();
  expect(await story.telemetry.flush(10_000)).toBe(true);
  const span = await collector.arrived.next(({ operation }) => operation === "tools/call ok");
  expect(span).toMatchObject({ service: "story", traceId: TRACE_ID });
});

test("the environment names service, collector and sampler", async () => {
  await using collector = new Collector();
  vi.stubEnv("OTEL_SERVICE_NAME", "named-by-operator");
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", await collector.open());
  await using story = await tracedStory("otlp");
  await story.callOk();
  expect(await story.telemetry.flush(10_000)).toBe(true);
  expect((await collector.arrived.next(isOk)).service).toBe("named-by-operator");
  await story.telemetry.shutdown();

  vi.stubEnv("OTEL_TRACES_SAMPLER", "always_off");
  await using silent = await tracedStory("otlp");
  await silent.callOk();
  await silent.telemetry.flush(10_000);
  expect(silent.telemetry.counts).toEqual({ exported: 0, failed: 0, dropped: 0, waiting: 0 });
});

test("a collector that is down fails no call, and what did not arrive is counted", async () => {
  await using story = await tracedStory({ kind: "otlp-http", url: await deadAddress(), timeoutMs: 100 });
  expect(await story.callOk()).toMatchObject({ content: [{ text: "fine" }] });
  expect(await story.telemetry.flush(10_000)).toBe(false);
  expect(story.telemetry.counts).toMatchObject({ exported: 0, dropped: 0, waiting: 0 });
  expect(story.telemetry.counts.failed).toBeGreaterThan(0);
  expect(story.telemetry.lastFailure).toBeInstanceOf(Error);
});

test("a collector that refuses fails no call, and what it refused is counted", async () => {
  await using collector = new Collector("refuses");
  await using story = await tracedStory({ kind: "otlp-http", url: await collector.open() });
  await story.callOk();
  expect(await story.telemetry.flush(10_000)).toBe(false);
  expect(story.telemetry.counts.failed).toBe(collector.arrived.all.length);
});

test("a collector that hangs fills the queue and no more, and shutdown ends at its deadline", async () => {
  await using collector = new Collector("hangs");
  await using story = await tracedStory({ kind: "otlp-http", url: await collector.open() }, { maxWaitingSpans: 10 });
  for (let i = 0; i < 50; i++) expect(await story.callOk()).toMatchObject({ content: [{ text: "fine" }] });
  const { waiting, dropped } = story.telemetry.counts;
  expect(dropped).toBeGreaterThan(0);
  expect(await story.telemetry.shutdown(50)).toBe(false);
  const { exported, failed, dropped: finally_, waiting: none } = story.telemetry.counts;
  expect([exported, failed + finally_, none]).toEqual([0, waiting + dropped, 0]);
});
