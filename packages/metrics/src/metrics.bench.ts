/**
 * What observing one exchange costs: `node packages/metrics/src/metrics.bench.ts`.
 * Rounds of each subject alternate in one process; shown is the median per exchange.
 */
import type { Exchange, Observer, Outcome } from "@mcp-ops/exchange";
import { METRIC_TABLE } from "@mcp-ops/formats";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { metrics } from "./metrics.ts";

const ROUNDS = 15;
const CALLS = 100_000;

const exchange: Exchange = {
  kind: "request",
  direction: "inbound",
  id: 1,
  server: "bench",
  transport: "http",
  session: "s",
  revision: "2025-11-25",
  era: "legacy",
  client: { name: "bench", version: "1" },
  method: "tools/call",
  knownMethod: "tools/call",
  target: "search",
  knownTarget: "search",
  targetKnown: true,
  params: undefined,
  meta: undefined,
  principal: undefined,
  header: () => undefined,
  requestBytes: 120,
  startedAt: 0,
  trace: undefined,
};
const outcome: Outcome = {
  kind: "result",
  type: "complete",
  isError: false,
  invalidArguments: false,
  result: {},
  durationMs: 12,
  gate: undefined,
  httpStatus: undefined,
  responseBytes: 900,
};
const traced: Exchange = { ...exchange, trace: { traceId: "0".repeat(32), spanId: "0".repeat(16), sampled: true } };

const failed: Outcome = { ...outcome, isError: true };
/** Forty tools, of which one call in ten fails. */
const calls = Array.from({ length: 400 }, (_, index) => {
  const tool = `tool ${index % 40}`;
  const ended = Promise.resolve(index % 10 === 0 ? failed : outcome);
  return { exchange: { ...exchange, target: tool, knownTarget: tool }, next: () => ended };
});

const settled = Promise.resolve(outcome);
const next = () => settled;

/** The same metrics by prom-client's children, labels hashed once by us and again by each child. */
function promClientObserver(): Observer {
  const registers = [new Registry()];
  const config = (name: string) => {
    const row = METRIC_TABLE.find((candidate) => candidate.name === name)!;
    const labelNames = row.labels.map((label) => label.name);
    return { name, help: row.help, labelNames, buckets: [...(row.buckets ?? [])], registers };
  };
  const histogram = (name: string) => {
    const made = config(name);
    return new Histogram(made).labels(...made.labelNames.map(() => "search"));
  };
  const requests = new Counter(config("mcp_requests_total")).labels("bench", "tools/call", "search", "success");
  const inFlight = new Gauge(config("mcp_requests_in_flight")).labels("bench", "tools/call");
  const duration = histogram("mcp_request_duration_seconds");
  const operation = histogram("mcp_server_operation_duration_seconds");
  const requestSize = histogram("mcp_request_size_bytes");
  const responseSize = histogram("mcp_response_size_bytes");
  return (observed, ask) => {
    const ended = ask();
    inFlight.inc();
    return ended.then((end) => {
      inFlight.dec();
      requests.inc();
      duration.observe(end.durationMs / 1000);
      operation.observe(end.durationMs / 1000);
      requestSize.observe(observed.requestBytes);
      responseSize.observe(end.responseBytes);
    });
  };
}

const both = metrics({ processMetrics: false }).observer;
const classic = metrics({ processMetrics: false, names: "classic" }).observer;
const nothing: Observer = (_, ask) => ask().then(() => {});

/** Turns an observer of one call into one of all `calls` in turn. */
function mixed(observer: Observer): Observer {
  let turn = 0;
  return () => {
    const call = calls[turn++ % calls.length]!;
    return observer(call.exchange, call.next);
  };
}

const subjects: [string, Observer, Exchange][] = [
  ["an observer that does nothing", nothing, exchange],
  ["metrics, both families of names", both, exchange],
  ["metrics, both families, sampled trace", both, traced],
  ["metrics, both families, 40 tools, some fail", mixed(both), exchange],
  ["metrics, classic names", classic, exchange],
  ["the same by prom-client's children", promClientObserver(), exchange],
];

const times = subjects.map(() => [] as number[]);
for (let round = 0; round < ROUNDS; round++) {
  for (const [index, [, observer, observed]] of subjects.entries()) {
    const start = performance.now();
    for (let call = 0; call < CALLS; call++) await observer(observed, next);
    times[index]!.push(((performance.now() - start) / CALLS) * 1e6);
  }
}
const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const floor = median(times[0]!);
for (const [index, [title]] of subjects.entries()) {
  const whole = median(times[index]!);
  console.log(
    `${title.padEnd(44)} ${whole.toFixed(0).padStart(6)} ns  (${(whole - floor).toFixed(0)} above the floor)`,
  );
}
