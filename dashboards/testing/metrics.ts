/** The table of metrics, as Prometheus names their series. */
import { METRIC_TABLE, type MetricRow } from "@mcp-ops/formats";

/** How a series may be used: a counter by its growth alone, a bucket in a quantile or a map. */
type SeriesKind = "gauge" | "counter" | "bucket";

export interface Series {
  readonly kind: SeriesKind;
  readonly labels: ReadonlySet<string>;
}

/** Labels that Prometheus adds, and the sidecar. */
const ADDED = ["job", "instance", "server", "slot"];

/** What Prometheus itself says of targets and of alerts. */
const THEIRS: readonly (readonly [string, Series])[] = [
  ["up", { kind: "gauge", labels: new Set(ADDED) }],
  ["ALERTS", { kind: "gauge", labels: new Set([...ADDED, "alertname", "alertstate", "severity"]) }],
  ["ALERTS_FOR_STATE", { kind: "gauge", labels: new Set([...ADDED, "alertname", "severity"]) }],
];

const SERIES: ReadonlyMap<string, Series> = new Map([...THEIRS, ...METRIC_TABLE.flatMap(seriesOfRow)]);

/** Undefined for a metric that nobody shows. */
export function seriesNamed(name: string): Series | undefined {
  return SERIES.get(name);
}

function seriesOfRow({ name, type, labels }: MetricRow): readonly (readonly [string, Series])[] {
  const all = [...ADDED, ...labels.map((label) => label.name)];
  const series = (kind: SeriesKind, ...more: readonly string[]): Series => ({
    kind,
    labels: new Set([...all, ...more]),
  });
  if (type !== "histogram") return [[name, series(type)]];
  return [
    [`${name}_bucket`, series("bucket", "le")],
    [`${name}_count`, series("counter")],
    [`${name}_sum`, series("counter")],
  ];
}
