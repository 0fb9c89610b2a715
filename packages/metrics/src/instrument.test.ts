import { METRIC, METRIC_TABLE, type MetricRow } from "@mcp-ops/formats";
import fc from "fast-check";
import { Counter, Gauge, Histogram, type Metric, Registry } from "prom-client";
import { expect, test } from "vitest";
import { openMetricsRegistry } from "../testing/exchanges.ts";
import { exemplify, observe } from "./cell.ts";
import { instrument } from "./instrument.ts";
import { addInstrument, histogramSeat, type Store, valueSeat } from "./store.ts";

const SETTINGS = { names: "both", buckets: [], sizeBuckets: [], maxSeries: 100_000, processMetrics: false } as const;

function rowOf(name: string): MetricRow {
  return METRIC_TABLE.find((row) => row.name === name)!;
}

/** A registry of our instruments, and one of prom-client's with the same names. */
function pair(contentType: string) {
  const ours = new Registry();
  const theirs = new Registry();
  for (const registry of [ours, theirs])
    registry.setContentType(contentType as typeof Registry.PROMETHEUS_CONTENT_TYPE);
  const store: Store = { instruments: new Map(), settings: SETTINGS, series: 0 };
  for (const name of [METRIC.requests, METRIC.inFlight, METRIC.requestDuration]) {
    const added = instrument(rowOf(name));
    addInstrument(store, added);
    ours.registerMetric(added as unknown as Metric);
  }
  const config = (name: string) => {
    const row = rowOf(name);
    const labelNames = row.labels.map((label) => label.name);
    return { name, help: row.help, labelNames, buckets: [...(row.buckets ?? [])], registers: [theirs] };
  };
  const counter = new Counter(config(METRIC.requests));
  const gauge = new Gauge(config(METRIC.inFlight));
  const histogram = new Histogram(config(METRIC.requestDuration));
  return { ours, theirs, store, counter, gauge, histogram };
}

const word = fc.constantFrom("a", "b", 'quo"te', "back\\slash", "new\nline", "");
const sample = fc.record({
  server: word,
  method: word,
  target: word,
  seconds: fc.double({ min: 0, max: 400, noNaN: true }),
});

test.each([
  ["classic", Registry.PROMETHEUS_CONTENT_TYPE],
  ["OpenMetrics", Registry.OPENMETRICS_CONTENT_TYPE],
])("prom-client renders our instruments in %s byte for byte as its own", async (_title, contentType) => {
  await fc.assert(
    fc.asyncProperty(fc.array(sample, { maxLength: 30 }), async (all) => {
      const { ours, theirs, store, counter, gauge, histogram } = pair(contentType);
      for (const { server, method, target, seconds } of all) {
        valueSeat(store, METRIC.requests, [server, method, target, "success"]).cell.value++;
        valueSeat(store, METRIC.inFlight, [server, method]).cell.value++;
        observe(histogramSeat(store, METRIC.requestDuration, [server, method, target]).cell, seconds);
        counter.inc({ server, method, target, status: "success" });
        gauge.inc({ server, method });
        histogram.observe({ server, method, target }, seconds);
      }
      expect(await ours.metrics()).toBe(await theirs.metrics());
      expect(JSON.parse(JSON.stringify(await ours.getMetricsAsJSON()))).toMatchObject(
        JSON.parse(JSON.stringify(await theirs.getMetricsAsJSON())),
      );
    }),
    { numRuns: 50 },
  );
});

test("prom-client renders our exemplars as its own", async () => {
  const registry = openMetricsRegistry();
  const row = rowOf(METRIC.requestDuration);
  const store: Store = { instruments: new Map(), settings: SETTINGS, series: 0 };
  const added = instrument(row);
  addInstrument(store, added);
  registry.registerMetric(added as unknown as Metric);
  const { cell } = histogramSeat(store, row.name, ["shop", "ping", ""]);
  const labelSet = { trace_id: "t", span_id: "s" };
  exemplify(cell, observe(cell, 0.2), { labelSet, value: 0.2, timestamp: 1700000000 });
  expect(await registry.metrics()).toContain('} 1 # {trace_id="t",span_id="s"} 0.2 1700000000\n');
});

test("resetMetrics() starts counters and histograms again, and leaves what is open now", async () => {
  const { ours, store } = pair(Registry.PROMETHEUS_CONTENT_TYPE);
  const requests = valueSeat(store, METRIC.requests, ["shop", "ping", "", "success"]).cell;
  const inFlight = valueSeat(store, METRIC.inFlight, ["shop", "ping"]).cell;
  const duration = histogramSeat(store, METRIC.requestDuration, ["shop", "ping", ""]).cell;
  requests.value = 3;
  inFlight.value = 2;
  observe(duration, 1);
  ours.resetMetrics();
  expect([requests.value, inFlight.value, duration.sum, Math.max(...duration.counts)]).toEqual([0, 2, 0, 0]);
});
