import type { Exchange, Outcome } from "@mcp-ops/exchange";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CANCELLED,
  errorOf,
  exchangeOf,
  LOST,
  observe,
  resultOf,
  SENT,
  samples,
  total,
  withoutBuckets,
} from "../testing/exchanges.ts";
import { metrics } from "./metrics.ts";

const quiet = { processMetrics: false } as const;
const classic = { processMetrics: false, names: "classic" } as const;

test("a call that succeeds shows under every name operators expect", async () => {
  const m = metrics(classic);
  await observe(m, exchangeOf());
  const found = withoutBuckets(await samples(m));
  for (const series of Object.keys(found)) if (series.startsWith("mcp_server_memory")) delete found[series];
  expect(found).toEqual({
    'mcp_requests_total{server="shop",method="tools/call",target="search",status="success"}': 1,
    'mcp_request_duration_seconds_sum{server="shop",method="tools/call",target="search"}': 0.03,
    'mcp_request_duration_seconds_count{server="shop",method="tools/call",target="search"}': 1,
    'mcp_requests_in_flight{server="shop",method="tools/call"}': 0,
    'mcp_request_size_bytes_sum{server="shop",method="tools/call"}': 120,
    'mcp_request_size_bytes_count{server="shop",method="tools/call"}': 1,
    'mcp_response_size_bytes_sum{server="shop",method="tools/call",target="search"}': 900,
    'mcp_response_size_bytes_count{server="shop",method="tools/call",target="search"}': 1,
    'mcp_protocol_version_info{server="shop",version="2025-11-25",era="legacy"}': 1,
    mcp_ops_exchanges_unobserved_total: 0,
  });
});

test("and under the names of the OpenTelemetry convention, where what does not apply is unset", async () => {
  const m = metrics({ ...quiet, names: "semconv" });
  await observe(m, exchangeOf());
  await observe(m, exchangeOf({ method: "prompts/get", target: "greet", transport: "stdio" }));
  await observe(m, exchangeOf({ method: "ping", target: undefined, transport: "memory", revision: undefined }));
  const found = withoutBuckets(await samples(m, "mcp_server_operation_duration_seconds_count"));
  const name = "mcp_server_operation_duration_seconds_count";
  expect(found).toEqual({
    [`${name}{server="shop",mcp_method_name="tools/call",gen_ai_tool_name="search",gen_ai_operation_name="execute_tool",mcp_protocol_version="2025-11-25",network_transport="tcp",network_protocol_name="http"}`]: 1,
    [`${name}{server="shop",mcp_method_name="prompts/get",gen_ai_prompt_name="greet",mcp_protocol_version="2025-11-25",network_transport="pipe"}`]: 1,
    [`${name}{server="shop",mcp_method_name="ping"}`]: 1,
  });
});

test.each([
  ["classic", "mcp_requests_total", "mcp_server_operation"],
  ["semconv", "mcp_server_operation", "mcp_requests_"],
] as const)("names: %s leaves the other family out", async (names, shown, hidden) => {
  const m = metrics({ ...quiet, names });
  await observe(m, exchangeOf());
  const { body } = await m.scrape();
  expect(body).toContain(shown);
  expect(body).not.toContain(hidden);
  expect(body).toContain("mcp_ops_exchanges_unobserved_total 0");
});

const unknown = { target: "nope", knownTarget: undefined, targetKnown: false };

describe("how a request ended", () => {
  test.each<[string, Partial<Exchange>, Outcome, string, string, string | undefined]>([
    ["a result", {}, resultOf(), "success", "", undefined],
    ["input required", {}, resultOf({ type: "input_required" }), "input_required", "", undefined],
    ["a task", {}, resultOf({ type: "task" }), "task", "", undefined],
    ["a tool that failed", {}, resultOf({ isError: true }), "tool_error", "tool_error", "tool_error"],
    [
      "arguments the tool never saw",
      {},
      resultOf({ isError: true, invalidArguments: true }),
      "validation",
      "validation",
      "tool_error",
    ],
    ["arguments refused by code", {}, errorOf(-32602), "validation", "validation", undefined],
    ["an unknown tool of SDK v1", unknown, resultOf({ isError: true }), "unknown_tool", "unknown_tool", "tool_error"],
    ["an unknown tool of SDK v2", unknown, errorOf(-32602), "unknown_tool", "unknown_tool", undefined],
    ["an unknown method", { knownMethod: undefined }, errorOf(-32601), "unknown_method", "unknown_method", undefined],
    ["an internal error", {}, errorOf(-32603), "error", "-32603", "-32603"],
    ["a code of the server's own", {}, errorOf(1234), "error", "_other", "_other"],
    ["HTTP 413", {}, errorOf(undefined, { httpStatus: 413 }), "error", "http_413", undefined],
    ["a deadline", {}, errorOf(-31002, { cause: "timeout" }), "timeout", "timeout", "timeout"],
    ["a gate's refusal", {}, errorOf(-31001, { cause: "denied" }), "denied", "denied", "denied"],
    ["HTTP 401", {}, errorOf(undefined, { httpStatus: 401 }), "denied", "denied", "denied"],
    ["cancellation", {}, CANCELLED, "cancelled", "cancelled", "cancelled"],
    ["a closed connection", {}, LOST, "lost", "lost", "lost"],
  ])("%s", async (_title, parts, outcome, status, type, errorType) => {
    const m = metrics(quiet);
    const exchange = exchangeOf(parts);
    await observe(m, exchange, outcome);
    const found = await samples(m);
    const [request] = Object.keys(found).filter((series) => series.startsWith("mcp_requests_total"));
    expect(request).toContain(`status="${status}"`);
    const errors = Object.keys(found).filter((series) => series.startsWith("mcp_errors_total"));
    expect(errors.map((series) => /type="(.*?)"/.exec(series)?.[1])).toEqual(type === "" ? [] : [type]);
    const [operation] = Object.keys(found).filter((series) => series.startsWith("mcp_server_operation"));
    expect(/error_type="(.*?)"/.exec(operation!)?.[1]).toBe(errorType);
    expect(total(found, "mcp_requests_in_flight"), "in flight").toBe(0);
    expect(total(found, "mcp_request_duration_seconds_count")).toBe(1);
  });

  test("an answer has a size, a request that got none has not", async () => {
    const m = metrics(quiet);
    for (const outcome of [resultOf(), errorOf(-32603), CANCELLED, LOST]) await observe(m, exchangeOf(), outcome);
    expect(total(await samples(m), "mcp_response_size_bytes_count")).toBe(2);
    expect(total(await samples(m), "mcp_request_size_bytes_count")).toBe(4);
  });
});

test("nothing a client chooses becomes a label", async () => {
  const m = metrics(quiet);
  const chosen = { method: "evil/method", knownMethod: undefined, revision: "evil revision" };
  await observe(m, exchangeOf({ ...chosen, target: "evil tool", knownTarget: undefined, targetKnown: false }));
  await observe(m, exchangeOf({ target: "shop://evil", knownTarget: "shop://{item}", method: "resources/read" }));
  const { body } = await m.scrape();
  expect(body).not.toMatch(/evil|a session id|a client name|a principal|an argument/);
  expect(body).toContain('mcp_requests_total{server="shop",method="_other",target="_other",status="success"} 1');
  expect(body).toContain('method="resources/read",target="shop://{item}"');
  expect(body).toContain('mcp_protocol_version_info{server="shop",version="_other",era="legacy"} 1');
});

test("a target is looked up once the exchange ended, since the server's tools may become known meanwhile", async () => {
  const m = metrics(quiet);
  const reads: string[] = [];
  let ended = false;
  const exchange = Object.defineProperty(exchangeOf(), "knownTarget", {
    get() {
      reads.push(ended ? "after" : "before");
      return "search";
    },
  });
  await m.observer(exchange, async () => {
    await null;
    ended = true;
    return resultOf();
  });
  expect(new Set(reads)).toEqual(new Set(["after"]));
});

test("the server runs before anything is counted", () => {
  const story: string[] = [];
  const exchange = new Proxy(exchangeOf(), {
    get(target, key) {
      story.push("read");
      return Reflect.get(target, key);
    },
  });
  metrics(quiet).observer(exchange, () => {
    story.push("run");
    return new Promise(() => {});
  });
  expect(story[0]).toBe("run");
});

test("how long a client listened is no latency", async () => {
  const m = metrics(quiet);
  await observe(m, exchangeOf({ method: "subscriptions/listen", target: undefined }));
  const found = await samples(m);
  expect(Object.keys(found).filter((series) => series.includes("duration"))).toEqual([]);
  expect(total(found, "mcp_requests_total")).toBe(1);
});

test("notifications are no requests", async () => {
  const m = metrics(quiet);
  await observe(m, exchangeOf({ kind: "notification", method: "notifications/initialized", target: undefined }), SENT);
  const progress = { direction: "outbound", method: "notifications/progress", target: undefined } as const;
  await observe(m, exchangeOf({ kind: "notification", ...progress }), SENT);
  const found = await samples(m);
  expect(found).toMatchObject({
    'mcp_notifications_total{server="shop",method="notifications/initialized",direction="inbound"}': 1,
    'mcp_notifications_total{server="shop",method="notifications/progress",direction="outbound"}': 1,
  });
  expect(total(found, "mcp_server_operation_duration_seconds_count")).toBe(1);
  expect(total(found, "mcp_client_operation_duration_seconds_count")).toBe(1);
  expect(total(found, "mcp_requests_total")).toBe(0);
});

test("what the server asks its client is counted apart, and there every code is an error", async () => {
  const m = metrics(quiet);
  const asked = { direction: "outbound", method: "elicitation/create", target: undefined } as const;
  await observe(m, exchangeOf(asked));
  await observe(m, exchangeOf(asked), errorOf(-32601));
  const found = await samples(m);
  expect(found).toMatchObject({
    'mcp_server_requests_total{server="shop",method="elicitation/create",status="success"}': 1,
    'mcp_server_requests_total{server="shop",method="elicitation/create",status="unknown_method"}': 1,
  });
  const operations = Object.keys(found).filter((series) =>
    series.startsWith("mcp_client_operation_duration_seconds_c"),
  );
  expect(operations.map((series) => /error_type="(.*?)"/.exec(series)?.[1])).toEqual([undefined, "-32601"]);
  for (const name of ["mcp_requests_total", "mcp_errors_total", "mcp_requests_in_flight"]) {
    expect(total(found, name), name).toBe(0);
  }
});

test("a sampled trace becomes the exemplar of the bucket its call fell into, in OpenMetrics only", async () => {
  const m = metrics(classic);
  const trace = { traceId: "a".repeat(32), spanId: "b".repeat(16), sampled: true };
  await observe(m, exchangeOf({ trace }));
  await observe(m, exchangeOf({ trace: { ...trace, sampled: false } }), resultOf({ durationMs: 2000 }));
  const { body } = await m.scrape({ openMetrics: true });
  const lines = body.split("\n").filter((line) => line.includes(" # {"));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(
    /^mcp_request_duration_seconds_bucket\{.*,le="0.05"\} 1 # \{trace_id="a{32}",span_id="b{16}"\} 0.03 \d+(\.\d+)?$/,
  );
  expect((await m.scrape()).body).not.toContain("trace_id");
});

const anyOutcome = fc.constantFrom(
  resultOf(),
  resultOf({ isError: true }),
  resultOf({ type: "input_required" }),
  errorOf(-32603),
  errorOf(-32602),
  errorOf(undefined, { httpStatus: 503 }),
  errorOf(-31002, { cause: "timeout" }),
  CANCELLED,
  LOST,
);
const anyMethod = fc.constantFrom("tools/call", "tools/list", "subscriptions/listen", "evil");

test("requests = outcomes + open, whatever starts and ends in whatever order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ method: anyMethod, outcome: anyOutcome, ends: fc.boolean(), order: fc.nat() }), {
        maxLength: 40,
      }),
      async (calls) => {
        const m = metrics(quiet);
        const started = calls.map(({ method, outcome, ends, order }) => {
          const { promise, resolve } = Promise.withResolvers<Outcome>();
          const exchange = exchangeOf({ method, knownMethod: method === "evil" ? undefined : method });
          const observed = m.observer(exchange, () => promise);
          return { order, ends, end: () => resolve(outcome), observed };
        });
        const ending = started.filter(({ ends }) => ends).sort((a, b) => a.order - b.order);
        for (const { end } of ending) end();
        await Promise.all(ending.map(({ observed }) => observed));
        const found = await samples(m);
        expect(total(found, "mcp_requests_total")).toBe(ending.length);
        expect(total(found, "mcp_requests_in_flight")).toBe(calls.length - ending.length);
      },
    ),
    { numRuns: 50 },
  );
});
