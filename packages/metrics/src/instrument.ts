import type { MetricRow } from "@mcp-ops/formats";
import { type Cell, type Exemplar, type HistogramCell, histogramCell, type ValueCell, valueCell } from "./cell.ts";

/** One sample as prom-client gives it. The labels of a sample are `labels` and `sharedLabels` together. */
interface InstrumentSample {
  readonly labels: Readonly<Record<string, string | number>>;
  /** One object for all samples of a histogram's series, so that it is turned into text once. */
  readonly sharedLabels?: Readonly<Record<string, string>>;
  readonly value: number;
  readonly metricName?: string;
  readonly exemplar?: Exemplar | null;
}

/**
 * A metric that a prom-client registry takes for one of its own (`name`, `type`, `get()`, `reset()`), with cells of ours inside.
 * prom-client's own children hash their labels at each observation: 2 µs per exchange where the cells take 0.1 µs (`metrics.bench.ts`).
 */
export interface Instrument {
  readonly row: MetricRow;
  /** Writable because prom-client strips `_total` from it when it renders an OpenMetrics registry. */
  name: string;
  readonly help: string;
  readonly type: MetricRow["type"];
  readonly labelNames: readonly string[];
  readonly aggregator: "sum" | "first";
  /** By label values in the order of the row. */
  readonly cells: Map<string, Cell>;
  /** As prom-client's registry reads it for `getMetricsAsJSON()`. */
  get(): Promise<InstrumentSnapshot>;
  /** As prom-client's registry reads it for `metrics()`: with `sharedLabels`. */
  getForPromString(): Promise<InstrumentSnapshot>;
  reset(): void;
}

interface InstrumentSnapshot {
  readonly name: string;
  readonly help: string;
  readonly type: MetricRow["type"];
  readonly values: InstrumentSample[];
  readonly aggregator: "sum" | "first";
}

/** An empty instrument. `collect` runs before each reading, for values that are looked up, not counted. */
export function instrument(row: MetricRow, collect?: () => void): Instrument {
  return {
    row,
    name: row.name,
    help: row.help,
    type: row.type,
    labelNames: row.labels.map((label) => label.name),
    // Workers of a cluster share no connection and no request, so everything adds up but a constant 1.
    aggregator: row.name.endsWith("_info") ? "first" : "sum",
    cells: new Map(),
    async get() {
      const snapshot = await this.getForPromString();
      return { ...snapshot, values: snapshot.values.map(withoutSharing) };
    },
    async getForPromString() {
      collect?.();
      const values: InstrumentSample[] = [];
      for (const cell of this.cells.values()) pushSamples(values, row.name, cell);
      return { name: this.name, help: this.help, type: this.type, values, aggregator: this.aggregator };
    },
    reset() {
      // A gauge says what is open now; setting it to zero would make it negative when that closes.
      if (row.type !== "gauge") for (const cell of this.cells.values()) zero(cell);
    },
  };
}

/** A cell for the label values, in the order of the row. The convention leaves attributes that do not apply unset. */
export function cellFor(row: MetricRow, values: readonly string[]): Cell {
  const labels: Record<string, string> = {};
  for (const [index, { name }] of row.labels.entries()) {
    const value = values[index] ?? "";
    if (value !== "" || row.family !== "semconv") labels[name] = value;
  }
  return row.type === "histogram" ? histogramCell(labels, row.buckets ?? []) : valueCell(labels);
}

function pushSamples(samples: InstrumentSample[], name: string, cell: Cell): void {
  if ("value" in cell) samples.push({ labels: cell.labels, value: cell.value });
  else pushHistogram(samples, name, cell);
}

function pushHistogram(samples: InstrumentSample[], name: string, cell: HistogramCell): void {
  const { labels, bounds, counts, exemplars } = cell;
  const bucketName = `${name}_bucket`;
  let count = 0;
  for (const [index, here] of counts.entries()) {
    count += here;
    const le = bounds[index] ?? "+Inf";
    samples.push({
      labels: { le },
      sharedLabels: labels,
      value: count,
      metricName: bucketName,
      exemplar: exemplars?.[index] ?? null,
    });
  }
  samples.push({ labels: {}, sharedLabels: labels, value: cell.sum, metricName: `${name}_sum` });
  samples.push({ labels: {}, sharedLabels: labels, value: count, metricName: `${name}_count` });
}

function withoutSharing({ labels, sharedLabels, ...sample }: InstrumentSample): InstrumentSample {
  return { ...sample, labels: { ...labels, ...sharedLabels } };
}

function zero(cell: ValueCell | HistogramCell): void {
  if ("value" in cell) {
    cell.value = 0;
    return;
  }
  cell.counts.fill(0);
  cell.sum = 0;
  cell.exemplars = undefined;
}
