import { type Exchange, readonlyView } from "@mcp-ops/exchange";
import { context, propagation, type Span, trace } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { PARENT, play, stage, TRACEPARENT, toolCall } from "./fixtures/stage.ts";

async function spanOf(asked: Exchange) {
  const { exporter, ...parts } = stage();
  await play(parts, asked);
  const [span] = exporter.getFinishedSpans();
  if (span === undefined) throw new Error("There is no span.");
  return span;
}

describe("the parent", () => {
  const asked = (meta: Record<string, unknown>) => toolCall("add", { meta: readonlyView(meta) });

  function inAmbient(
    play: () => Promise<void>,
    tracerProvider: { getTracer(name: string): { startSpan(name: string): Span } },
  ) {
    const ambient = tracerProvider.getTracer("http").startSpan("POST /mcp");
    return context.with(trace.setSpan(context.active(), ambient), async () => {
      await play();
      return ambient.spanContext();
    });
  }

  it("is what the caller says in _meta, and the ambient span is linked", async () => {
    const { exporter, tracerProvider, ...parts } = stage();
    const ambient = await inAmbient(
      () => play(parts, asked({ traceparent: TRACEPARENT, tracestate: "v=1" })),
      tracerProvider,
    );
    const [span] = exporter.getFinishedSpans();
    expect(span?.spanContext().traceId).toBe(PARENT.traceId);
    expect(span?.parentSpanContext).toMatchObject({ spanId: PARENT.spanId, isRemote: true });
    expect(span?.spanContext().traceState?.serialize()).toBe("v=1");
    expect(span?.links.map(({ context }) => context.spanId)).toEqual([ambient.spanId]);
  });

  it.each([
    ["the caller says nothing", {}],
    ["the caller's words are malformed", { traceparent: "00-xyz-1-01", tracestate: "v=1" }],
    ["the caller's ids are zeros", { traceparent: `00-${"0".repeat(32)}-${"0".repeat(16)}-01` }],
    ["the caller's words are no text", { traceparent: { toString: "no" } }],
    ["the caller's words are too long", { traceparent: `${TRACEPARENT}-${"x".repeat(9000)}` }],
  ])("is the ambient span when %s", async (_, meta) => {
    const { exporter, tracerProvider, ...parts } = stage();
    const ambient = await inAmbient(() => play(parts, asked(meta)), tracerProvider);
    const [span] = exporter.getFinishedSpans();
    expect(span?.parentSpanContext?.spanId).toBe(ambient.spanId);
    expect(span?.links).toEqual([]);
  });

  it("is what HTTP headers say when nobody watches HTTP in this process", async () => {
    const header = (name: string) => (name === "traceparent" ? TRACEPARENT : undefined);
    expect((await spanOf(toolCall("add", { header }))).parentSpanContext?.spanId).toBe(PARENT.spanId);
    const spanId = "c7ad6b7169203332";
    const meta = { traceparent: TRACEPARENT.replace(PARENT.spanId, spanId) };
    expect((await spanOf(toolCall("add", { header, meta }))).parentSpanContext?.spanId).toBe(spanId);
    const { exporter, tracerProvider, ...parts } = stage();
    const ambient = await inAmbient(() => play(parts, toolCall("add", { header })), tracerProvider);
    expect(exporter.getFinishedSpans()[0]?.parentSpanContext?.spanId).toBe(ambient.spanId);
  });

  it("is in scope while the handler runs, together with the caller's baggage", async () => {
    const { exporter, ...parts } = stage();
    let inside: unknown;
    const handler = () => {
      inside = [trace.getActiveSpan()?.spanContext().spanId, propagation.getActiveBaggage()?.getEntry("tenant")?.value];
    };
    await play(parts, asked({ traceparent: TRACEPARENT, baggage: "tenant=blue" }), undefined, handler);
    expect(inside).toEqual([exporter.getFinishedSpans()[0]?.spanContext().spanId, "blue"]);
  });
});
