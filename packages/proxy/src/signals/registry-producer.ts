import type { Metrics } from "@mcp-ops/kit";
import { type HrTime, ValueType } from "@opentelemetry/api";
import { hrTime, timeInputToHrTime } from "@opentelemetry/core";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from "@opentelemetry/sdk-metrics";

type Labels = Readonly<Record<string, string | number>>;

/** What every metric of a prom-client registry gives. */
interface PromMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly { readonly labels: Labels; readonly value: number; readonly metricName?: string }[];
}

interface Readable {
  get(): Promise<PromMetric>;
}

/** Reads a prom-client registry as OpenTelemetry's metrics, under the same names and labels as on `/metrics`. */
export function registryProducer(registry: Metrics["registry"]): MetricProducer {
  const startTime = timeInputToHrTime(performance.timeOrigin);
  return {
    async collect(): Promise<CollectionResult> {
      const readings = (registry.getMetricsAsArray() as unknown as readonly Readable[]).map((metric) => metric.get());
      const read = await Promise.allSettled(readings);
      const endTime = hrTime();
      const metrics = read.flatMap((one) =>
        one.status === "fulfilled" ? metricData(one.value, startTime, endTime) : [],
      );
      return {
        resourceMetrics: {
          // The reader puts the provider's resource in its place.
          resource: resourceFromAttributes({}),
          scopeMetrics: [{ scope: { name: "@mcp-ops/metrics" }, metrics }],
        },
        errors: read.flatMap((one) => (one.status === "rejected" ? [one.reason] : [])),
      };
    },
  };
}

/** Summaries are left out: OpenTelemetry's SDK has none, and none of ours is one. */
export function metricData({ name, help, type, values }: PromMetric, startTime: HrTime, endTime: HrTime): MetricData[] {
  const shared = {
    descriptor: { name, description: help, unit: "", valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  const point = <T>(attributes: Labels, value: T): DataPoint<T> => ({ startTime, endTime, attributes, value });
  const points = () => values.map(({ labels, value }) => point(labels, value));
  switch (type) {
    case "counter":
      return [{ ...shared, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: points() }];
    case "gauge":
      return [{ ...shared, dataPointType: DataPointType.GAUGE, dataPoints: points() }];
    case "histogram": {
      const dataPoints = [...histograms(name, values)].map(([labels, value]) => point(labels, value));
      return [{ ...shared, dataPointType: DataPointType.HISTOGRAM, dataPoints }];
    }
    default:
      return [];
  }
}

/** Prometheus counts up to each bound, OpenTelemetry between bounds. */
function histograms(name: string, values: PromMetric["values"]): Map<Labels, Histogram> {
  const series = new Map<string, { labels: Labels; bounds: [number, number][]; sum: number; count: number }>();
  for (const { labels, value, metricName } of values) {
    const { le, ...own } = labels;
    const key = JSON.stringify(own);
    const one = series.get(key) ?? { labels: own, bounds: [], sum: 0, count: 0 };
    series.set(key, one);
    if (metricName === `${name}_sum`) one.sum = value;
    else if (metricName === `${name}_count`) one.count = value;
    else if (le !== undefined && Number.isFinite(Number(le))) one.bounds.push([Number(le), value]);
  }
  return new Map([...series.values()].map(({ labels, bounds, sum, count }) => [labels, histogram(bounds, sum, count)]));
}

function histogram(upTo: readonly [bound: number, count: number][], sum: number, count: number): Histogram {
  const counts = [...upTo.map(([, below]) => below), count].map((below, i) => below - (upTo[i - 1]?.[1] ?? 0));
  return { buckets: { boundaries: upTo.map(([bound]) => bound), counts }, sum, count };
}
