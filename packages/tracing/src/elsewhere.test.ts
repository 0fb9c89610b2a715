import { context, SpanKind, trace } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { exchange, PARENT, play, stage, TRACEPARENT, toolCall } from "./fixtures/stage.ts";

/** Another instrumentation has a span around the exchange. */
async function spansInside(attributes: Record<string, string>, kind: SpanKind, options = {}, scope = "other") {
  const { exporter, tracerProvider, ...parts } = stage(options);
  const other = tracerProvider.getTracer(scope).startSpan("theirs", { attributes, kind });
  const asked = toolCall("add");
  await context.with(trace.setSpan(context.active(), other), () => play(parts, asked));
  return { count: exporter.getFinishedSpans().length, trace: asked.trace, theirs: other.spanContext() };
}

describe("a span of another instrumentation", () => {
  it.each([
    ["with our method and id", { "mcp.method.name": "tools/call", "jsonrpc.request.id": "7" }, SpanKind.SERVER],
    ["with our method and Sentry's id", { "mcp.method.name": "tools/call", "mcp.request.id": "7" }, SpanKind.INTERNAL],
    ["with our method", { "mcp.method.name": "tools/call" }, SpanKind.SERVER],
  ])("%s is the span of the exchange, and ours is not made", async (_, attributes, kind) => {
    const { count, trace, theirs } = await spansInside(attributes, kind);
    expect(count).toBe(0);
    expect(trace?.spanId).toBe(theirs.spanId);
  });

  it.each([
    ["of another request", { "mcp.method.name": "tools/call", "jsonrpc.request.id": "8" }, SpanKind.SERVER],
    ["of another method", { "mcp.method.name": "tools/list" }, SpanKind.SERVER],
    [
      "of the client in the same process",
      { "mcp.method.name": "tools/call", "jsonrpc.request.id": "7" },
      SpanKind.CLIENT,
    ],
    ["of an HTTP request", { "http.request.method": "POST" }, SpanKind.SERVER],
  ])("%s is its parent, and ours is made", async (_, attributes, kind) => {
    expect((await spansInside(attributes, kind)).count).toBe(1);
  });

  it("is told by the operator where it cannot be seen", async () => {
    expect((await spansInside({}, SpanKind.INTERNAL, { tracedElsewhere: () => true })).count).toBe(0);
  });
});

it("an outer server of ours in the same process is a parent, not another instrumentation", async () => {
  const attributes = { "mcp.method.name": "tools/call", "jsonrpc.request.id": "7" };
  expect((await spansInside(attributes, SpanKind.SERVER, {}, "@mcp-ops/tracing")).count).toBe(1);
});

it("makes one span when two tracings watch the same exchange", async () => {
  const { exporter, ...parts } = stage();
  const asked = toolCall("add");
  await play(parts, asked, undefined, () => void play(parts, asked));
  expect(exporter.getFinishedSpans()).toHaveLength(1);
});

describe("the mode propagation-only", () => {
  it("makes no span and records no duration, but runs the handler in the caller's trace", async () => {
    const { exporter, ...parts } = stage({ mode: "propagation-only" });
    const asked = toolCall("add", { meta: { traceparent: TRACEPARENT } });
    let inside: string | undefined;
    await play(parts, asked, undefined, () => {
      inside = trace.getActiveSpan()?.spanContext().traceId;
    });
    expect(inside).toBe(PARENT.traceId);
    expect(asked.trace).toEqual({ ...PARENT, sampled: true });
    expect(exporter.getFinishedSpans()).toEqual([]);
    expect(await parts.metrics()).toEqual([]);
  });
});

it("the mode off leaves everything alone", async () => {
  const { exporter, propagation, ...parts } = stage({ mode: "off" });
  const asked = toolCall("add", { meta: { traceparent: TRACEPARENT } });
  let inside: unknown;
  await play({ propagation, ...parts }, asked, undefined, () => {
    inside = trace.getActiveSpan();
  });
  expect([inside, asked.trace, exporter.getFinishedSpans()]).toEqual([undefined, undefined, []]);
  expect(propagation(exchange({ direction: "outbound" }))).toEqual({ pass: true });
});
