import { ExportResultCode } from "@opentelemetry/core";
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from "@opentelemetry/sdk-trace";
import { describe, expect, it } from "vitest";
import { CountedProcessor, sumOf } from "./counted-processor.ts";

/** An exporter that answers when it is told to. */
function heldExporter() {
  const held: ((code: ExportResultCode) => void)[] = [];
  const exporter: SpanExporter = {
    export: (_spans, done) => void held.push((code) => done({ code })),
    shutdown: () => Promise.resolve(),
  };
  return { exporter, held };
}

function counted(exporter: SpanExporter, maxWaiting = 3) {
  const options = { maxQueueSize: maxWaiting, maxExportBatchSize: maxWaiting, scheduledDelayMillis: 1_000_000 };
  const processor = new CountedProcessor(
    exporter,
    maxWaiting,
    (wrapped) => new BatchSpanProcessor({ exporter: wrapped, ...options }),
  );
  const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer("test");
  const spans = (count: number) => {
    for (let i = 0; i < count; i++) tracer.startSpan("span").end();
  };
  return { processor, spans };
}

describe("the counts", () => {
  it("say what waits, what arrived and what was dropped", async () => {
    const { exporter, held } = heldExporter();
    const { processor, spans } = counted(exporter);
    spans(2);
    expect(processor.counts).toEqual({ exported: 0, failed: 0, dropped: 0, waiting: 2 });
    const flushed = processor.forceFlush();
    // Two are on their way, a full batch of three follows, three wait, and one is too many.
    spans(7);
    expect(processor.counts).toEqual({ exported: 0, failed: 0, dropped: 1, waiting: 8 });
    for (const answer of held) answer(ExportResultCode.SUCCESS);
    await flushed;
    expect(processor.counts).toMatchObject({ exported: 5, dropped: 1 });
  });

  it("say what failed, and why", async () => {
    const exporter: SpanExporter = {
      export() {
        throw new Error("no way out");
      },
      shutdown: () => Promise.resolve(),
    };
    const { processor, spans } = counted(exporter);
    spans(2);
    await processor.forceFlush().catch(() => {});
    expect(processor.counts).toEqual({ exported: 0, failed: 2, dropped: 0, waiting: 0 });
    expect(processor.lastFailure?.message).toBe("no way out");
  });

  it("do not change any more for spans that were given up, whatever the exporter says later", () => {
    const { exporter, held } = heldExporter();
    const { processor, spans } = counted(exporter);
    spans(1);
    void processor.forceFlush().catch(() => {});
    spans(2);
    processor.abandon();
    expect(processor.counts).toEqual({ exported: 0, failed: 1, dropped: 2, waiting: 0 });
    for (const answer of held) answer(ExportResultCode.SUCCESS);
    spans(1);
    expect(processor.counts).toEqual({ exported: 0, failed: 1, dropped: 3, waiting: 0 });
  });

  it("of several exporters add up", () => {
    const one = { exported: 1, failed: 2, dropped: 3, waiting: 4 };
    expect(sumOf([one, one])).toEqual({ exported: 2, failed: 4, dropped: 6, waiting: 8 });
  });
});
