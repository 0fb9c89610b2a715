import { metrics } from "@opentelemetry/api";
import { expect, it } from "vitest";
import { DURATION_BUCKETS } from "./attributes.ts";
import { Durations } from "./durations.ts";
import { exchange, outcomes, play, stage, toolCall } from "./fixtures/stage.ts";

it("records every operation in seconds, with bounded attributes only", async () => {
  const parts = stage();
  await play(parts, toolCall("add", { session: "s-1" }));
  await play(
    parts,
    toolCall("nope", { knownTarget: undefined, targetKnown: false, revision: "made up" }),
    outcomes.error(-32602),
  );
  const [known, unknown, ...more] = await parts.metrics();
  expect(more).toEqual([]);
  expect(known).toEqual({
    name: "mcp.server.operation.duration",
    unit: "s",
    bounds: DURATION_BUCKETS,
    count: 1,
    sum: 0.005,
    attributes: {
      "mcp.method.name": "tools/call",
      "gen_ai.tool.name": "add",
      "gen_ai.operation.name": "execute_tool",
      "mcp.protocol.version": "2025-11-25",
      "network.transport": "tcp",
      "network.protocol.name": "http",
    },
  });
  expect(unknown?.attributes).toMatchObject({
    "gen_ai.tool.name": "_other",
    "mcp.protocol.version": "_other",
    "rpc.response.status_code": "-32602",
  });
  expect(unknown?.attributes).not.toHaveProperty("error.type");
});

it("never has a resource URI, and leaves streams out", async () => {
  const parts = stage();
  await play(parts, exchange({ method: "resources/read", target: "db://t", knownTarget: "db://t" }));
  await play(parts, exchange({ method: "subscriptions/listen" }), outcomes.cancelled());
  const all = await parts.metrics();
  expect(all).toHaveLength(1);
  expect(JSON.stringify(all)).not.toContain("db://");
});

it("records what the server asks its client apart", async () => {
  const parts = stage();
  await play(parts, exchange({ direction: "outbound", method: "ping" }));
  expect((await parts.metrics()).map(({ name }) => name)).toEqual(["mcp.client.operation.duration"]);
});

it("records sessions where the protocol has them", async () => {
  const parts = stage();
  const ended = Promise.resolve({ durationMs: 90_000, error: undefined });
  await parts.connectionObserver(exchange(), "session", ended);
  await parts.connectionObserver(exchange({ era: "modern" }), "stdio", ended);
  await parts.connectionObserver(exchange(), "stream", ended);
  const all = await parts.metrics();
  expect(all.map(({ name, count, sum }) => [name, count, sum])).toEqual([["mcp.server.session.duration", 1, 90]]);
});

it("hears of a meter provider that comes later", () => {
  const durations = new Durations(undefined);
  expect(durations.active).toBe(false);
  const meter = { createHistogram: () => ({ record() {} }) };
  metrics.setGlobalMeterProvider({ getMeter: () => meter } as never);
  expect(durations.active).toBe(true);
  metrics.disable();
});
