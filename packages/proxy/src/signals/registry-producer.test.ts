import { metrics } from "@mcp-ops/kit";
import { DataPointType } from "@opentelemetry/sdk-metrics";
import { expect, it } from "vitest";
import { metricData, registryProducer } from "./registry-producer.ts";

it("counts between bounds what Prometheus counts up to them, per series", () => {
  const values = (labels: object, ...counts: number[]) => [
    ...[0.1, 1, "+Inf"].map((le, i) => ({ labels: { ...labels, le }, value: counts[i]!, metricName: "d_bucket" })),
    { labels: { ...labels }, value: 7.5, metricName: "d_sum" },
    { labels: { ...labels }, value: counts.at(-1)!, metricName: "d_count" },
  ];
  const histogram = {
    name: "d",
    help: "h",
    type: "histogram",
    values: [...values({ a: "x" }, 1, 4, 6), ...values({ a: "y" }, 0, 0, 1)],
  };
  const [data] = metricData(histogram, [0, 0], [1, 0]);
  expect(data?.dataPoints).toMatchObject([
    { attributes: { a: "x" }, value: { buckets: { boundaries: [0.1, 1], counts: [1, 3, 2] }, sum: 7.5, count: 6 } },
    { attributes: { a: "y" }, value: { buckets: { counts: [0, 0, 1] }, count: 1 } },
  ]);
});

it("gives everything that a scrape shows, and what fails costs only itself", async () => {
  const m = metrics();
  m.onFault({ source: "audit", kind: "threw", error: undefined });
  const broken = m.registry.getMetricsAsArray()[0] as unknown as { get(): Promise<never> };
  broken.get = () => Promise.reject(new Error("no"));
  const { resourceMetrics, errors } = await registryProducer(m.registry).collect();
  expect(errors).toHaveLength(1);
  const data = resourceMetrics.scopeMetrics[0]?.metrics ?? [];
  expect(data).toHaveLength(m.registry.getMetricsAsArray().length - 1);
  const faults = data.find(({ descriptor }) => descriptor.name === "mcp_ops_observer_faults_total");
  expect(faults).toMatchObject({
    dataPointType: DataPointType.SUM,
    dataPoints: [{ attributes: { source: "audit", kind: "threw" }, value: 1 }],
  });
});
