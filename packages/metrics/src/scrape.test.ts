import { Counter, Gauge, Histogram, Summary } from "prom-client";
import { expect, test, vi } from "vitest";
import { exchangeOf, observe, openMetricsRegistry, samples, samplesOf } from "../testing/exchanges.ts";
import { metrics } from "./metrics.ts";
import { DEFAULT_COLLECT_TIMEOUT_MS } from "./scrape.ts";

const classic = { processMetrics: false, names: "classic" } as const;

/** Memory is another at each look. */
function steady(text: string): string {
  return text.replaceAll(/^mcp_server_memory_bytes\{.*$/gm, "");
}

test("scrapes in both formats alternate without changing each other", async () => {
  const m = metrics(classic);
  await observe(m, exchangeOf());
  new Counter({ name: "orders_total", help: "Orders.", registers: [m.registry] }).inc();
  const first = await m.scrape();
  const open = await m.scrape({ openMetrics: true });
  expect(steady((await m.scrape()).body)).toBe(steady(first.body));
  expect(steady((await m.scrape({ openMetrics: true })).body)).toBe(steady(open.body));
  expect(first.contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(open.contentType).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
});

test("series have the same names and labels in both formats", async () => {
  const m = metrics({ processMetrics: true });
  await observe(m, exchangeOf());
  const names = (body: string) => body.split("\n").map((line) => line.slice(0, line.lastIndexOf(" ")));
  const series = (body: string) => names(body).filter((line) => line !== "" && !line.startsWith("#"));
  // The first scrape starts the measurement of the event loop's lag, which the next one shows.
  await m.scrape();
  await new Promise((resolve) => setImmediate(resolve));
  const { body } = await m.scrape();
  expect(series((await m.scrape({ openMetrics: true })).body)).toEqual(series(body));
});

test("prom-client rendering the same registry as OpenMetrics does not take _total from our classic text", async () => {
  const registry = openMetricsRegistry();
  const m = metrics({ ...classic, registry });
  new Counter({ name: "orders_total", help: "Orders.", registers: [registry] }).inc();
  await observe(m, exchangeOf());
  const before = await m.scrape();
  expect(await registry.metrics()).toContain("# TYPE mcp_requests counter\nmcp_requests_total{");
  expect(steady((await m.scrape()).body)).toBe(steady(before.body));
  expect(before.body).toContain("# TYPE orders_total counter\norders_total 1\n");
});

test("exemplars of a user's metrics show in OpenMetrics", async () => {
  const registry = openMetricsRegistry();
  const m = metrics({ ...classic, registry });
  const wait = new Histogram({ name: "wait", help: "W.", buckets: [1], enableExemplars: true, registers: [registry] });
  wait.observe({ value: 0.5, exemplarLabels: { trace_id: "abc" } });
  expect((await m.scrape({ openMetrics: true })).body).toMatch(/wait_bucket\{le="1.0"\} 1 # \{trace_id="abc"\} 0.5 /);
  expect((await m.scrape()).body).not.toContain("abc");
});

test("a summary of the user's shows its quantiles", async () => {
  const m = metrics(classic);
  const registers = [m.registry];
  new Summary({ name: "age", help: "A.", percentiles: [0.5, 1], registers }).observe(3);
  expect(samplesOf((await m.scrape()).body, "age")).toEqual({
    'age{quantile="0.5"}': 3,
    'age{quantile="1.0"}': 3,
    age_sum: 3,
    age_count: 1,
  });
});

test.each([
  ["throws", () => Promise.reject(new Error("no database"))],
  [
    "throws synchronously",
    () => {
      throw new Error("no database");
    },
  ],
])("a custom metric whose collect() %s costs only itself, and is counted and named", async (_title, collect) => {
  const m = metrics(classic);
  await observe(m, exchangeOf());
  new Gauge({ name: "broken", help: "B.", collect, registers: [m.registry] });
  new Gauge({ name: "sound", help: "S.", registers: [m.registry] }).set(5);
  for (const openMetrics of [false, true]) {
    const { body, failures } = await m.scrape({ openMetrics });
    expect(body).not.toMatch(/^broken/m);
    expect(body).toContain("sound 5\n");
    expect(body).toContain("mcp_requests_total{");
    expect(failures).toMatchObject([{ metric: "broken", error: { message: "no database" } }]);
  }
  expect(await samples(m)).toMatchObject({ 'mcp_ops_scrape_errors_total{metric="broken"}': 3 });
});

test("a custom metric whose collect() hangs costs only itself, and some time", async () => {
  vi.useFakeTimers();
  try {
    const m = metrics(classic);
    const collect = () => new Promise<void>(() => {});
    new Gauge({ name: "stuck", help: "S.", collect, registers: [m.registry] });
    const scraped = m.scrape();
    await vi.advanceTimersByTimeAsync(DEFAULT_COLLECT_TIMEOUT_MS);
    const { body, failures } = await scraped;
    expect(body).toContain('mcp_ops_scrape_errors_total{metric="stuck"} 1');
    expect(failures).toMatchObject([{ metric: "stuck", error: { code: "METRICS_COLLECT_TIMEOUT" } }]);
  } finally {
    vi.useRealTimers();
  }
});

test("a metric that says nonsense costs only itself", async () => {
  const m = metrics(classic);
  const nonsense = { name: "odd", help: "O.", type: "gauge", get: async () => ({ values: [{ value: Symbol("x") }] }) };
  m.registry.registerMetric(nonsense as never);
  const { body, failures } = await m.scrape();
  expect(body).toContain("mcp_ops_exchanges_unobserved_total 0");
  expect(failures).toMatchObject([{ metric: "odd" }]);
});
