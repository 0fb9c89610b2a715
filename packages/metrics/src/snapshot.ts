import { METRIC_TABLE, OpsError } from "@mcp-ops/formats";
import { labelText } from "./label-text.ts";
import type { AnyRegistry } from "./options.ts";

/** A metric as it was at one moment, in plain data. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly unit: string | undefined;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly name: string;
  /** `a="1",b="2"`, escaped. */
  readonly labels: string;
  readonly value: number;
  readonly exemplar: SampleExemplar | undefined;
}

export interface SampleExemplar {
  readonly labels: string;
  readonly value: number;
  readonly timestamp: number;
}

/** A metric that could not be read. */
export interface ScrapeFailure {
  readonly metric: string;
  readonly error: unknown;
}

export interface Snapshot {
  readonly families: readonly Family[];
  readonly failures: readonly ScrapeFailure[];
}

/** Of prom-client's metrics and ours, what a snapshot reads. */
interface ReadableMetric {
  readonly name: string;
  get(): Promise<ReadMetric>;
  /** What prom-client's own rendering prefers where a metric has it. */
  getForPromString?(): Promise<ReadMetric>;
}

interface ReadMetric {
  readonly help: unknown;
  readonly type: unknown;
  readonly values?: Iterable<ReadableSample>;
}

interface ReadableSample {
  readonly labels?: object;
  readonly sharedLabels?: object;
  readonly value: number;
  readonly metricName?: string;
  readonly exemplar?: { readonly labelSet: object; readonly value: number; readonly timestamp: number } | null;
}

/** The label that holds a number, by type. */
const BOUND_LABELS: Readonly<Record<string, string>> = { histogram: "le", summary: "quantile" };

const NO_LABELS = {};

const UNITS: ReadonlyMap<string, string | undefined> = new Map(METRIC_TABLE.map((row) => [row.name, row.unit]));

/** Reads every metric of the registry but `apart`. One that throws, or takes longer than `timeoutMs`, costs only itself. */
export async function takeSnapshot(
  registry: AnyRegistry,
  timeoutMs: number,
  apart?: ReadableMetric,
): Promise<Snapshot> {
  const failures: ScrapeFailure[] = [];
  const late = deadline(timeoutMs);
  const read = async (metric: ReadableMetric) => {
    try {
      return await Promise.race([readFamily(registry, metric), late.promise]);
    } catch (error) {
      failures.push({ metric: trueName(registry, metric), error });
      return undefined;
    }
  };
  const metrics = registry.getMetricsAsArray() as unknown as ReadableMetric[];
  const families = await Promise.all(metrics.filter((metric) => metric !== apart).map(read));
  late.clear();
  return { families: families.filter((family) => family !== undefined), failures };
}

/** One metric of the registry as it is now. */
export async function readFamily(registry: AnyRegistry, metric: ReadableMetric): Promise<Family> {
  const { help, type, values = [] } = await (metric.getForPromString?.() ?? metric.get());
  const name = trueName(registry, metric);
  const textOf = labelWriter(BOUND_LABELS[String(type)], defaultLabels(registry));
  const samples: Sample[] = [];
  for (const sample of values) samples.push(readSample(name, sample, textOf(sample)));
  return { name, help: String(help), type: String(type), unit: UNITS.get(name), samples };
}

function readSample(name: string, { metricName, value, exemplar }: ReadableSample, labels: string): Sample {
  return {
    name: metricName ?? name,
    labels,
    value: Number(value),
    exemplar: exemplar
      ? { labels: labelText(exemplar.labelSet), value: exemplar.value, timestamp: exemplar.timestamp }
      : undefined,
  };
}

/** Writes the labels of one metric's samples: what samples share once, their own, and of the registry's those they lack. */
function labelWriter(boundLabel: string | undefined, registryLabels: object): (sample: ReadableSample) => string {
  const common = Object.entries(registryLabels);
  const written = new Map<object, string>();
  return ({ labels = NO_LABELS, sharedLabels = NO_LABELS }) => {
    const shared = written.get(sharedLabels) ?? labelText(sharedLabels);
    written.set(sharedLabels, shared);
    const text = joined(shared, labelText(labels, boundLabel));
    const missing = common.filter(([name]) => !(name in labels) && !(name in sharedLabels));
    return missing.length === 0 ? text : joined(text, labelText(Object.fromEntries(missing)));
  };
}

function joined(one: string, other: string): string {
  return one === "" || other === "" ? one + other : `${one},${other}`;
}

/** The name a metric was registered under: prom-client strips `_total` from a counter when it renders an OpenMetrics registry. */
function trueName(registry: AnyRegistry, metric: ReadableMetric): string {
  const full = `${metric.name}_total`;
  return (registry.getSingleMetric(full) as unknown) === metric ? full : metric.name;
}

/** Labels that the user set for the whole registry; prom-client 15 has no public way to read them. */
function defaultLabels(registry: AnyRegistry): object {
  return (registry as { readonly _defaultLabels?: object })._defaultLabels ?? {};
}

function deadline(timeoutMs: number): { readonly promise: Promise<never>; readonly clear: () => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  const message = `Collecting took longer than ${timeoutMs} ms. Make collect() of this metric answer from memory.`;
  const timer = setTimeout(() => reject(new OpsError("METRICS_COLLECT_TIMEOUT", message)), timeoutMs);
  return { promise, clear: () => clearTimeout(timer) };
}
