import type { Exchange } from "@mcp-ops/exchange";
import { SpanKind, SpanStatusCode, type Tracer, type TracerProvider } from "@opentelemetry/api";
import { AlwaysOffSampler } from "@opentelemetry/sdk-trace";
import { describe, expect, it } from "vitest";
import { exchange, outcomes, PARENT, play, stage, TRACEPARENT, toolCall } from "./fixtures/stage.ts";

async function spanOf(asked: Exchange, outcome = outcomes.result(), options = {}) {
  const { exporter, ...parts } = stage(options);
  await play(parts, asked, outcome);
  const [span, ...more] = exporter.getFinishedSpans();
  expect(more).toEqual([]);
  if (span === undefined) throw new Error("There is no span.");
  return span;
}

describe("a span", () => {
  it("of a tool call carries what the conventions ask for, and nothing else", async () => {
    const span = await spanOf(toolCall("add", { session: "s-1" }));
    expect(span.name).toBe("tools/call add");
    expect(span.kind).toBe(SpanKind.SERVER);
    expect(span.status).toEqual({ code: SpanStatusCode.UNSET });
    expect(span.attributes).toEqual({
      "mcp.method.name": "tools/call",
      "gen_ai.tool.name": "add",
      "gen_ai.operation.name": "execute_tool",
      "jsonrpc.request.id": "7",
      "mcp.session.id": "s-1",
      "mcp.protocol.version": "2025-11-25",
      "network.transport": "tcp",
      "network.protocol.name": "http",
    });
  });

  it("of a prompt names the prompt", async () => {
    const span = await spanOf(
      toolCall("tell", { method: "prompts/get", knownMethod: "prompts/get", transport: "stdio" }),
    );
    expect(span.name).toBe("prompts/get tell");
    expect(span.attributes).toMatchObject({ "gen_ai.prompt.name": "tell", "network.transport": "pipe" });
    expect(span.attributes).not.toHaveProperty("gen_ai.operation.name");
  });

  it("of a resource has its URI in an attribute, without query and credentials, and not in its name", async () => {
    const read = { method: "resources/read", knownMethod: "resources/read", knownTarget: "db://{table}" };
    const span = await spanOf(exchange({ ...read, target: "db://me:secret@host/table?token=abc#x" }));
    expect(span.name).toBe("resources/read");
    expect(span.attributes["mcp.resource.uri"]).toBe("db://host/table");
  });

  it("of a resource may have the template in its name", async () => {
    const read = {
      method: "resources/read",
      knownMethod: "resources/read",
      knownTarget: "db://{table}",
      target: "db://t",
    };
    expect((await spanOf(exchange(read), undefined, { resourceUriInName: true })).name).toBe(
      "resources/read db://{table}",
    );
  });

  it("does not take a caller's words into its name", async () => {
    const span = await spanOf(toolCall("nope", { knownTarget: undefined, targetKnown: false }));
    expect(span.name).toBe("tools/call");
    expect(span.attributes["gen_ai.tool.name"]).toBe("nope");
    const odd = await spanOf(exchange({ method: "made/up", knownMethod: undefined }));
    expect(odd.name).toBe("_other");
    expect(odd.attributes["mcp.method.name"]).toBe("made/up");
  });

  it("gets its name at the end when the target becomes known only then", async () => {
    const { exporter, ...parts } = stage();
    const asked = { ...toolCall("late", { knownTarget: undefined }) };
    await play(parts, asked, outcomes.result(), () => Object.assign(asked, { knownTarget: "late" }));
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(["tools/call late"]);
  });

  it("of the server's own question is a client's span", async () => {
    const span = await spanOf(
      exchange({ direction: "outbound", method: "elicitation/create", knownMethod: "elicitation/create" }),
    );
    expect([span.name, span.kind]).toEqual(["elicitation/create", SpanKind.CLIENT]);
  });

  it("of a notification has no request id", async () => {
    const method = "notifications/initialized";
    const span = await spanOf(exchange({ kind: "notification", id: undefined, method }), outcomes.sent());
    expect(span.attributes).not.toHaveProperty("jsonrpc.request.id");
  });

  it("ends when the exchange did, even if the observer hears of it later", async () => {
    const { tracerProvider } = stage();
    const ends: unknown[] = [];
    const noting = {
      getTracer: () => ({
        startSpan(...args: Parameters<Tracer["startSpan"]>) {
          const span = tracerProvider.getTracer("real").startSpan(...args);
          return Object.assign(span, { end: (time: unknown) => ends.push(time) });
        },
      }),
    };
    const startedAt = performance.now() - 2000;
    await play(stage({ tracerProvider: noting as unknown as TracerProvider }), toolCall("slow", { startedAt }));
    expect(ends).toEqual([startedAt + outcomes.result().durationMs]);
  });
});

describe("the status", () => {
  const ERROR = SpanStatusCode.ERROR;
  const inbound = toolCall("add");
  const outbound = exchange({ direction: "outbound", method: "ping", knownMethod: "ping" });
  it.each([
    ["of a result is unset", inbound, outcomes.result(), 0, undefined, undefined],
    ["of a question for input is unset", inbound, outcomes.result({ type: "input_required" }), 0, undefined, undefined],
    ["of a failed tool is an error", inbound, outcomes.result({ isError: true }), ERROR, "tool_error", undefined],
    ["of a client's fault is unset at the server", inbound, outcomes.error(-32602), 0, undefined, "-32602"],
    ["of a client's fault is an error at the client", outbound, outcomes.error(-32602), ERROR, "-32602", "-32602"],
    ["of an internal error is an error", inbound, outcomes.error(-32603), ERROR, "-32603", "-32603"],
    ["of a code nobody knows is an error of another kind", inbound, outcomes.error(-5), ERROR, "_other", "-5"],
    [
      "of a refusal is an error",
      inbound,
      outcomes.error(-31001, { cause: "denied", gate: "guard" }),
      ERROR,
      "denied",
      "-31001",
    ],
    ["of a late answer is an error", inbound, outcomes.error(-31002, { cause: "timeout" }), ERROR, "timeout", "-31002"],
    ["of a cancelled call is an error", inbound, outcomes.cancelled(), ERROR, "cancelled", undefined],
    ["of a lost call is an error", inbound, outcomes.lost(), ERROR, "lost", undefined],
    [
      "of a stream the client has left is unset",
      exchange({ method: "subscriptions/listen" }),
      outcomes.cancelled(),
      0,
      undefined,
      undefined,
    ],
  ])("%s", async (_, asked, outcome, code, errorType, statusCode) => {
    const { status, attributes } = await spanOf({ ...asked, startedAt: performance.now() }, outcome);
    expect(status.code).toBe(code);
    expect(attributes["error.type"]).toBe(errorType);
    expect(attributes["rpc.response.status_code"]).toBe(statusCode);
  });

  it("counts other codes as the client's fault when told to", async () => {
    const options = { clientFaultCodes: new Set([-32020]) };
    expect((await spanOf(toolCall("a"), outcomes.error(-32020), options)).status.code).toBe(SpanStatusCode.UNSET);
    expect((await spanOf(toolCall("a"), outcomes.error(-32602), options)).status.code).toBe(ERROR);
  });

  it("lets nothing out of an error when the redaction fails", async () => {
    const redact = () => {
      throw new Error("no idea");
    };
    expect((await spanOf(toolCall("add"), outcomes.error(-32603), { redact })).status.message).toBe("[redacted]");
  });

  it("says what the error said, without its secrets", async () => {
    const message = "upstream refused Bearer abcdefghijklmnop";
    const { status } = await spanOf(toolCall("add"), outcomes.error(-32603, { message }));
    expect(status.message).toBe("upstream refused Bearer [redacted]");
  });
});

describe("the trace of the exchange", () => {
  it("is filled once, for audit and exemplars", async () => {
    const asked = toolCall("add", { meta: { traceparent: TRACEPARENT } });
    const { exporter, ...parts } = stage();
    await play(parts, asked);
    const spanId = exporter.getFinishedSpans()[0]?.spanContext().spanId;
    expect(asked.trace).toEqual({ traceId: PARENT.traceId, spanId, sampled: true });
  });

  it("says when the trace is not sampled, and then no span is described", async () => {
    const asked = toolCall("add");
    const { exporter, ...parts } = stage({}, new AlwaysOffSampler());
    await play(parts, asked);
    expect(asked.trace?.sampled).toBe(false);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});

it("makes no spans of progress and log notifications, unless told to", async () => {
  const progress = () => exchange({ kind: "notification", id: undefined, method: "notifications/progress" });
  const silent = stage();
  await play(silent, progress(), outcomes.sent());
  expect(silent.exporter.getFinishedSpans()).toEqual([]);
  expect((await spanOf(progress(), outcomes.sent(), { untracedNotifications: [] })).name).toBe(
    "notifications/progress",
  );
});
