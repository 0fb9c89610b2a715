import { tap } from "@mcp-ops/tap";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { describe, expect, test } from "vitest";
import { Backstage } from "../fixtures/stage.ts";
import { storyV2 } from "../fixtures/story-v2.ts";
import { houses } from "./fixtures/houses.ts";
import { CALLER, startOpenTelemetry, TRACEPARENT, traced } from "./fixtures/traced.ts";

const tracer = startOpenTelemetry();

describe.each(["v1", "v2", "FastMCP"] as const)("with %s", (sdk) => {
  test("one trace goes from the client through the tool to the server's own question and back", async () => {
    const { pipeline, spans } = traced();
    await using house = await houses[sdk](pipeline);
    expect(
      await house.call("asks-client", { traceparent: TRACEPARENT, tracestate: "vendor=x", baggage: "user=canary" }),
    ).toBe("Hello Ada");

    const found = await spans();
    const call = found.named("tools/call asks-client");
    const question = found.named("elicitation/create");
    expect(call.kind).toBe(SpanKind.SERVER);
    expect(call.parentSpanContext?.spanId).toBe(CALLER.spanId);
    expect(question.kind).toBe(SpanKind.CLIENT);
    expect(question.parentSpanContext?.spanId).toBe(call.spanContext().spanId);
    const traceIds = [call, question].map((span) => span.spanContext().traceId);
    expect(traceIds).toEqual([CALLER.traceId, CALLER.traceId]);

    const asked = house.received.find(({ method }) => method === "elicitation/create")?.params?._meta;
    expect(asked?.traceparent).toBe(`00-${CALLER.traceId}-${question.spanContext().spanId}-01`);
    expect(asked?.tracestate).toBe("vendor=x");
    expect(asked).not.toHaveProperty("baggage");
  });

  test("a tool that throws is an error of its span, and an unknown one is none of its name", async () => {
    const { pipeline, spans } = traced();
    await using house = await houses[sdk](pipeline);
    await house.call("throws", {});
    await house.call("nobody", {}).catch(() => {});
    const found = await spans();
    const failed = found.named("tools/call throws");
    expect([failed.status.code, failed.attributes["error.type"]]).toEqual([SpanStatusCode.ERROR, "tool_error"]);
    expect(found.named("tools/call").attributes["gen_ai.tool.name"]).toBe("nobody");
  });
});

test("on 2026-07-28 HTTP the caller is the parent, and the span of the HTTP request is linked", async () => {
  const { pipeline, spans } = traced();
  const handler = createMcpHandler(tap(() => storyV2(new Backstage(() => {})), pipeline));
  const fetch = (url: string | URL, init?: RequestInit) =>
    tracer.startActiveSpan("POST /mcp", async (span) => {
      const response = await handler.fetch(new Request(url, init));
      span.end();
      return response;
    });
  const client = new Client({ name: "client", version: "1" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  await client.connect(new StreamableHTTPClientTransport(new URL("http://story.test/mcp"), { fetch }));
  await client.callTool({ name: "ok", arguments: {}, _meta: { traceparent: TRACEPARENT } });
  await client.callTool({ name: "is-error", arguments: {} });
  await client.close();

  const found = await spans();
  const requests = found.all.filter(({ name }) => name === "POST /mcp").map((span) => span.spanContext().spanId);
  const withParent = found.named("tools/call ok");
  expect(withParent.parentSpanContext?.spanId).toBe(CALLER.spanId);
  expect(requests).toContain(withParent.links[0]?.context.spanId);
  const without = found.named("tools/call is-error");
  expect(requests).toContain(without.parentSpanContext?.spanId);
  expect(without.links).toEqual([]);
  expect(without.attributes).toMatchObject({ "mcp.protocol.version": "2026-07-28", "network.protocol.name": "http" });
});

test("a cancelled call and a lost one end their spans, though the tool never answers", async () => {
  const { pipeline, spans } = traced();
  const house = await houses.v1(pipeline);
  const withdrawal = new AbortController();
  const cancelled = house.call("slow", {}, { until: "never" }, withdrawal.signal).catch(() => "gone");
  const lost = house.call("slow", {}, { until: "never" }).catch(() => "gone");
  withdrawal.abort();
  expect(await cancelled).toBe("gone");
  await house[Symbol.asyncDispose]();
  expect(await lost).toBe("gone");
  const types = (await spans()).all.flatMap(({ attributes }) => attributes["error.type"] ?? []);
  expect(types).toEqual(["cancelled", "lost"]);
});
