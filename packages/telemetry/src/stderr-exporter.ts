import { type ExportResult, ExportResultCode, hrTimeToMilliseconds } from "@opentelemetry/core";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";

/** Writes a line of JSON per span. To stderr, because stdout is where a stdio server speaks JSON-RPC; OpenTelemetry's own writes there. */
export class StderrExporter implements SpanExporter {
  readonly #write: (text: string) => unknown;

  constructor(write: (text: string) => unknown = (text) => process.stderr.write(text)) {
    this.#write = write;
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    for (const span of spans) this.#write(`${JSON.stringify(lineOf(span))}\n`);
    done({ code: ExportResultCode.SUCCESS });
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

const KINDS = ["internal", "server", "client", "producer", "consumer"];
const STATUSES = ["unset", "ok", "error"];

function lineOf(span: ReadableSpan): Record<string, unknown> {
  const { traceId, spanId } = span.spanContext();
  return {
    span: span.name,
    kind: KINDS[span.kind],
    status: STATUSES[span.status.code],
    message: span.status.message,
    durationMs: hrTimeToMilliseconds(span.duration),
    startedAt: new Date(hrTimeToMilliseconds(span.startTime)).toISOString(),
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    links: span.links.length === 0 ? undefined : span.links.map(({ context }) => context.spanId),
    attributes: span.attributes,
  };
}
