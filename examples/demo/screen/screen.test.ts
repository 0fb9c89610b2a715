import type { SummaryAnswer } from "@mcp-ops/cost";
import type { SloState } from "@mcp-ops/formats";
import { expect, test } from "vitest";
import { parseExposition } from "../figures/exposition.ts";
import { figuresOf } from "../figures/figures.ts";
import { Tally } from "../figures/tally.ts";
import { frame, type Moment } from "./frame.ts";
import { moneyLines } from "./money.ts";
import { pairLines, pairSummary } from "./pair.ts";
import { sidecarLines, storySummary } from "./sidecar.ts";
import { auditSummary, summary, wrappedSummary } from "./summary.ts";
import { type Paint, seconds } from "./words.ts";

const plain: Paint = (_, text) => text;

const moment: Moment = {
  figures: figuresOf(
    parseExposition(`mcp_requests_total{method="tools/call",target="weather",status="success"} 1200
mcp_requests_total{method="tools/call",target="weather",status="tool_error"} 31
mcp_requests_total{method="tools/call",target="weather",status="cancelled"} 4
mcp_requests_total{method="tools/call",target="_other",status="unknown_tool"} 9
mcp_errors_total{method="tools/call",target="weather",type="tool_error",category="server"} 31
mcp_errors_total{method="tools/call",target="weather",type="cancelled",category="client"} 4
mcp_errors_total{method="tools/call",target="_other",type="unknown_tool",category="client"} 9
mcp_requests_total{method="tools/call",target="add",status="success"} 3
mcp_requests_total{method="tools/list",target="",status="success"} 7
mcp_request_duration_seconds_bucket{method="tools/call",target="weather",le="0.2"} 1235
mcp_requests_in_flight{method="tools/call"} 2`),
  ),
  elapsedMs: 65_000,
  forMs: 90_000,
  callsPerSecond: 101.4,
  opsUrl: "http://127.0.0.1:9464",
  health: {
    schema: 1,
    status: "degraded",
    ready: true,
    dependencies: [
      { name: "tools", status: "up", criticality: "critical" },
      { name: "printer", status: "down", criticality: "optional" },
    ],
  },
  auditRecords: 1250,
  auditHead: {
    schema: 1,
    server: "desk",
    boot: "0123456789ab",
    chain: "desk.0",
    sequence: 1252,
    hash: "c0ffee".repeat(10),
    time: "2026-07-28T12:00:00.000Z",
    signedSequence: 1,
    publicKey: "",
  },
  auditFolder: "/tmp/demo",
  keepsAudit: false,
  lastRecords: [record("weather"), record(undefined)],
  verdict: undefined,
  traces: "none are made",
  wrapped: {
    server: "server-everything",
    socketPath: "/run/ops.sock",
    samples: parseExposition(`mcp_requests_total{method="tools/call",target="echo",status="success"} 20
mcp_requests_total{method="tools/call",target="_other",status="unknown_tool"} 2
mcp_errors_total{method="tools/call",target="_other",type="unknown_tool",category="client"} 2
mcp_request_duration_seconds_bucket{method="tools/call",target="echo",le="0.001"} 20`),
  },
  sidecar: {
    addresses: { probes: "http://127.0.0.1:9465", admin: "http://127.0.0.1:9466" },
    config: "/tmp/demo/mcp-ops.yaml",
    servers: ["travel-desk", "server-everything"],
    desk: [],
    spent: undefined,
    promises: [],
    said: [{ text: "saved: it" }, { text: "alarm: it", details: ["/health      backup down"], style: "red" }],
  },
  pair: {
    now: "a leads, b stands by   k kills a",
    said: ["one", "two", "three", "four", "five"].map((text) => ({ text })),
  },
};

function record(target: string | undefined): Moment["lastRecords"][number] {
  return {
    v: 1,
    sequence: 1251,
    prev: "",
    hash: "",
    id: "",
    time: "2026-07-28T12:00:00.123Z",
    server: "desk",
    boot: "0123456789ab",
    event: "mcp.request",
    outcome: "success",
    subject: { client: { name: "demo-v1" } },
    source: { transport: "http", direction: "inbound" },
    operation: { method: target === undefined ? "tools/list" : "tools/call", ...(target !== undefined && { target }) },
    requestBytes: 1,
    responseBytes: 1,
    durationMs: 4.2,
  };
}

test("a frame shows each method, its targets in a steady order, and what went wrong", () => {
  expect(frame(moment, { columns: 80, rows: 24 }, plain)).toMatchInlineSnapshot(`
    [
      "mcp-ops demo   1:05 of 1:30   1254 calls   101/s   2 in flight",
      "one MCP server; clients of SDK v2 (2026-07-28 and before) and of SDK v1",
      "",
      "                        calls    p50    p95    p99  open  errors by kind",
      "tools/call               1247  100ms  190ms  198ms     2  44 in all",
      "  add                       3      -      -      -",
      "  weather                1235  100ms  190ms  198ms        31 tool_error, 4 canc…",
      "  _other                    9      -      -      -        9 unknown_tool",
      "tools/list                  7      -      -      -",
      "",
      "errors   31 tool_error, 9 unknown_tool, 4 cancelled",
      "health   degraded: printer   ready   http://127.0.0.1:9464/health",
      "audit    1250 records, head #1252 c0ffeec0ffee…  (verify: at the end)",
      "         12:00:00.123 tools/call weather success 4.2ms demo-v1",
      "         12:00:00.123 tools/list success 4.2ms demo-v1",
      "         in /tmp/demo  (removed at the end; --keep keeps it)",
      "traces   none are made",
      "wrapped  server-everything   22 calls   p50 0.50ms   p95 0.95ms   2 unknown_tool",
      "sidecar  http://127.0.0.1:9465/metrics   2 servers   admin at :9466",
      "backup   alarm: it",
      "failover a leads, b stands by   k kills a",
      "metrics  http://127.0.0.1:9464/metrics  (Prometheus target: 127.0.0.1:9464)",
    ]
  `);
});

test("a wrapped server without figures is one line that says why", () => {
  const lines = frame({ ...moment, wrapped: { absent: "no figures: it ended" } }, { columns: 80, rows: 60 }, plain);
  expect(lines.filter((line) => line.includes("no figures"))).toEqual(["wrapped  no figures: it ended"]);
  expect(lines.join("\n")).not.toMatch(/mcp-ops wrap|--unix-socket/);
});

const shouted: Paint = (style, text) => `(${style}: ${text})`;

test("where there is room the sidecar's story is told whole, else its last step", () => {
  expect(sidecarLines(moment, 100, true, shouted)).toEqual([
    "sidecar  http://127.0.0.1:9465/metrics   travel-desk, server-everything",
    "         http://127.0.0.1:9466/api/v1/status   config /tmp/demo/mcp-ops.yaml",
    "backup   saved: it",
    "         (red: alarm: it)",
    "           /health      backup down",
  ]);
  expect(sidecarLines(moment, 100, false, plain).at(-1)).toBe("backup   alarm: it");
});

test.each([
  [{ how: "restored", command: "mcp-ops backup restore" }, true, "  mcp-ops backup restore"],
  [{ how: "called off" }, true, "not shown: the demo was ended before a broken config was put back."],
  [{ how: "failed", why: "it ended" }, false, "failed: the sidecar: it ended"],
] as const)("of a story like %j the summary says whether that is well: %s", (told, agrees, line) => {
  const summary = storySummary(told, plain);
  expect(summary.agrees).toBe(agrees);
  expect(summary.lines.at(-1)).toBe(line);
});

test("who leads the pair is one line, and where there is room the last steps are below it", () => {
  expect(pairLines(moment.pair, 30, false, plain)).toEqual(["failover a leads, b stands by…"]);
  expect(pairLines(moment.pair, 100, true, plain)).toEqual([
    "failover a leads, b stands by   k kills a",
    "         two",
    "         three",
    "         four",
    "         five",
  ]);
});

test.each([
  [
    { how: "taken over", times: 1, worstMs: 2_345, bookings: 80 },
    true,
    /^taken over: .* once; nobody booked for 2\.3s, /,
  ],
  [{ how: "taken over", times: 3, worstMs: 2_345, bookings: 80 }, true, /^taken over: .* 3 times; .* 2\.3s at most, /],
  [{ how: "not asked" }, true, /^not shown: nobody pressed k/],
  [{ how: "called off" }, true, /^not shown: the demo was ended/],
  [{ how: "failed", why: "a primary did not come" }, false, /^failed: the failover: a primary did not come$/],
] as const)("of a pair like %j the summary says whether that is well: %s", (told, agrees, line) => {
  const summary = pairSummary(told, plain);
  expect(summary.agrees).toBe(agrees);
  expect(summary.lines[0]).toMatch(line);
});

test.each([
  [40, 24],
  [80, 24],
  [120, 50],
  [200, 60],
  [80, 12],
  [20, 5],
])("a frame stays inside a window of %d columns and %d rows", (columns, rows) => {
  const lines = frame(moment, { columns, rows }, plain);
  expect(lines.length).toBeLessThan(rows);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
});

test.each([
  [undefined, "-"],
  [0.000123, "0.12ms"],
  [0.0042, "4.2ms"],
  [0.0421, "42ms"],
  [0.42, "420ms"],
  [0.9996, "1.0s"],
  [4.2, "4.2s"],
  [42, "42s"],
])("%d seconds read %s", (value, expected) => {
  expect(seconds(value)).toBe(expected);
});

test("the summary of the audit log agrees only when it is intact and has a record for every exchange", () => {
  const verdict = { verdict: "intact", key: "trusted", chains: [], findings: [], findingsLeftOut: 0 } as const;
  expect(auditSummary({ verdict, recorded: 5, exchanges: 5 }, plain)).toMatchObject({ agrees: true });
  expect(auditSummary({ verdict, recorded: 5, exchanges: 6 }, plain)).toMatchObject({
    agrees: false,
    lines: [expect.stringMatching("^differ: audit log and metrics count 5 and 6 exchanges")],
  });
  const alarm = { ...verdict, verdict: "alarm" } as const;
  expect(auditSummary({ verdict: alarm, recorded: 5, exchanges: 5 }, plain)).toMatchObject({ agrees: false });
});

test("a summary agrees only when every series is the same and nothing is in flight", () => {
  const [clients, metrics] = [new Tally(), new Tally()];
  for (const tally of [clients, metrics]) tally.add("tools/call", "weather", "success", 5);
  expect(summary(clients, metrics, 0, plain)).toMatchObject({ agrees: true });
  expect(summary(clients, metrics, 1, plain)).toMatchObject({ agrees: false });
  clients.add("tools/call", "weather", "lost");
  const { agrees, lines } = summary(clients, metrics, 0, plain);
  expect(agrees).toBe(false);
  expect(lines.at(-1)).toBe("  tools/call weather lost: clients 1, metrics 0");
});

test("the summary of the wrapped server says why there is nothing to compare, and differs when it went away", () => {
  const [idle, busy] = [new Tally(), new Tally()];
  busy.add("tools/call", "echo", "success", 20);
  busy.add("tools/call", "_other", "unknown_tool", 2);
  const gone = { absent: "no figures: it ended" };
  expect(wrappedSummary(busy, moment.wrapped, plain)).toEqual({
    agrees: true,
    lines: ["agree: the wrapped server's client and metrics count the same 22 requests, in 2 series."],
  });
  expect(wrappedSummary(idle, gone, plain)).toEqual({
    agrees: true,
    lines: ["not compared: the wrapped server shows no figures: it ended"],
  });
  expect(wrappedSummary(busy, gone, plain)).toMatchObject({ agrees: false });
});

test("what today cost and what is promised are a line each, and nothing is rounded into a promise kept", () => {
  const promise: SloState = {
    ...{ name: "fast", server: "desk", kind: "latency", thresholdMs: 250, objective: 0.95, window: "30d" },
    ...{ good: 0, total: 0, burnRates: {}, state: "not enough data", note: "" },
  };
  const tool = (target: string, microUnits: number) => ({ target, microUnits, calls: 1, resultTokens: {}, tokens: 0 });
  const server = { tools: [tool("find", 250), tool("print", 0), tool("plan", 100), tool("add", 20)], definitions: 600 };
  const spent = { currency: "USD", days: [{ microUnits: 1_000, servers: [server] }] } as unknown as SummaryAnswer;
  const judged = { ...promise, good: 94_999, total: 100_000, state: "missed" } satisfies SloState;
  expect(moneyLines({ spent, promises: [promise, judged] })).toEqual([
    "cost     0.0010 USD today, at made-up prices: tools/list 60.0 %, find 25.0 %, plan 10.0 %, the rest 5.0 %",
    "promise  95 % of calls of desk within 250 ms: judged once a minute is over",
    "promise  95 % of calls of desk within 250 ms: 94.9 % of 100000, missed",
  ]);
  expect(moneyLines({ spent: undefined, promises: [] })).toEqual([]);
});
