import { type Context, TraceFlags } from "@opentelemetry/api";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import type { ReadableSpan, Span, SpanExporter, SpanProcessor } from "@opentelemetry/sdk-trace";
import { mortal } from "./mortal.ts";

/** Where the spans of a process are. Every sampled span that has ended is in exactly one of these. */
export interface SpanCounts {
  /** Taken by the collector (over UDP: sent). */
  readonly exported: number;
  /** Refused by the collector, or it was not reached in time. */
  readonly failed: number;
  /** Never tried, because too many were waiting or the process was shutting down. */
  readonly dropped: number;
  readonly waiting: number;
}

/** A span processor that knows what becomes of every span. OpenTelemetry's own drops silently when its queue is full. */
export class CountedProcessor implements SpanProcessor {
  lastFailure: Error | undefined;
  readonly #inner: SpanProcessor;
  readonly #maxWaiting: number;
  #queued = 0;
  #sending = 0;
  #exported = 0;
  #failed = 0;
  #dropped = 0;
  #closed = false;
  readonly #underWay = new Set<(result: ExportResult) => void>();
  readonly #end: () => void;

  /** `process` makes the processor that queues for the exporter it is given. */
  constructor(exporter: SpanExporter, maxWaiting: number, process: (exporter: SpanExporter) => SpanProcessor) {
    this.#maxWaiting = maxWaiting;
    this.#end = mortal(exporter);
    this.#inner = process({
      export: (spans, done) => this.#send(exporter, spans, done),
      shutdown: () => exporter.shutdown(),
      forceFlush: async () => exporter.forceFlush?.(),
    });
  }

  get counts(): SpanCounts {
    const waiting = this.#queued + this.#sending;
    return { exported: this.#exported, failed: this.#failed, dropped: this.#dropped, waiting };
  }

  onStart(span: Span, context: Context): void {
    this.#inner.onStart(span, context);
  }

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (this.#closed || this.#queued >= this.#maxWaiting) {
      this.#dropped++;
      return;
    }
    this.#queued++;
    this.#inner.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#inner.forceFlush();
  }

  shutdown(): Promise<void> {
    this.#closed = true;
    return this.#inner.shutdown();
  }

  /** Nobody will wait for what is still waiting, and nothing of it keeps the process alive. */
  abandon(): void {
    this.#closed = true;
    this.#dropped += this.#queued;
    this.#failed += this.#sending;
    this.#queued = 0;
    this.#sending = 0;
    // Who waits for them (the batch processor, for half a minute) need not any more.
    for (const done of this.#underWay) done({ code: ExportResultCode.FAILED, error: abandoned() });
    this.#end();
  }

  #send(exporter: SpanExporter, spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    const count = Math.min(spans.length, this.#queued);
    this.#queued -= count;
    this.#sending += count;
    let isDone = false;
    const once = (result: ExportResult) => {
      if (isDone) return;
      isDone = true;
      this.#underWay.delete(once);
      this.#arrived(count, result);
      done(result);
    };
    this.#underWay.add(once);
    try {
      exporter.export(spans, once);
    } catch (cause) {
      once({ code: ExportResultCode.FAILED, error: cause instanceof Error ? cause : new Error(String(cause)) });
    }
  }

  #arrived(count: number, { code, error }: ExportResult): void {
    // Abandoned spans have been counted.
    const sent = Math.min(count, this.#sending);
    this.#sending -= sent;
    if (code === ExportResultCode.SUCCESS) this.#exported += sent;
    else {
      this.#failed += sent;
      this.lastFailure = error ?? new Error("The exporter gave no reason.");
    }
  }
}

function abandoned(): Error {
  return new Error("The collector did not take the spans within the deadline of the shutdown.");
}

export function sumOf(counts: readonly SpanCounts[]): SpanCounts {
  const sum = (read: (one: SpanCounts) => number) => counts.reduce((total, one) => total + read(one), 0);
  return {
    exported: sum(({ exported }) => exported),
    failed: sum(({ failed }) => failed),
    dropped: sum(({ dropped }) => dropped),
    waiting: sum(({ waiting }) => waiting),
  };
}
