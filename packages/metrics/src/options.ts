import { METRIC, METRIC_TABLE, OpsError } from "@mcp-ops/formats";
import type { OpenMetricsContentType, PrometheusContentType, Registry } from "prom-client";

/** A registry of prom-client, whatever it was made to render. */
export type AnyRegistry = Registry<PrometheusContentType> | Registry<OpenMetricsContentType>;

export interface MetricsOptions {
  /** Where the metrics live, beside yours. Default: a new registry. */
  readonly registry?: AnyRegistry;
  /** `classic`: the names operators expect (`mcp_requests_total`); `semconv`: OpenTelemetry's. Default both. */
  readonly names?: "classic" | "semconv" | "both";
  /** Upper bounds of `mcp_request_duration_seconds`, in seconds. OpenTelemetry's histograms keep the bounds their convention prescribes. */
  readonly buckets?: readonly number[];
  /** Upper bounds of the size histograms, in bytes. */
  readonly sizeBuckets?: readonly number[];
  /** Time series that our metrics may have together, a histogram with n buckets counting n + 3. */
  readonly maxSeries?: number;
  /** Node's own metrics: CPU, memory, event loop, garbage collection. Default true. */
  readonly processMetrics?: boolean;
}

/** Room for some 250 tools with everything on: 3 MB of text in some 10 ms at each scrape, and 4 MB of memory. */
export const DEFAULT_MAX_SERIES = 20_000;

export const DEFAULT_NAMES: Settings["names"] = "both";
export const DEFAULT_BUCKETS: readonly number[] = bucketsOf(METRIC.requestDuration);
export const DEFAULT_SIZE_BUCKETS: readonly number[] = bucketsOf(METRIC.requestSize);

/** The options with every default filled in but the registry. */
export type Settings = Required<Omit<MetricsOptions, "registry">>;

const DEFAULTS: Settings = {
  names: DEFAULT_NAMES,
  buckets: DEFAULT_BUCKETS,
  sizeBuckets: DEFAULT_SIZE_BUCKETS,
  maxSeries: DEFAULT_MAX_SERIES,
  processMetrics: true,
};

/** Throws an OpsError that says which option to change, and how. */
export function checkOptions(options: MetricsOptions): void {
  if (typeof options !== "object" || options === null) {
    throw badOption(`metrics() takes an object of options, not ${show(options)}. Leave it out for the defaults.`);
  }
  for (const [key, value] of Object.entries(options)) {
    if (!Object.hasOwn(CHECKS, key)) {
      throw badOption(`metrics() has no option "${key}". It has: ${Object.keys(CHECKS).join(", ")}.`);
    }
    const fix = value === undefined ? undefined : CHECKS[key as keyof MetricsOptions](value);
    if (fix !== undefined) throw badOption(`metrics({ ${key} }): ${fix}`);
  }
}

/** The options, with what is not given taken from `first`: the settings of an earlier call on the same registry. */
export function settingsOf(options: MetricsOptions, first: Settings = DEFAULTS): Settings {
  return {
    names: options.names ?? first.names,
    buckets: options.buckets ?? first.buckets,
    sizeBuckets: options.sizeBuckets ?? first.sizeBuckets,
    maxSeries: options.maxSeries ?? first.maxSeries,
    processMetrics: options.processMetrics ?? first.processMetrics,
  };
}

/** What is wrong with a value and what to give instead; undefined when it is good. */
type Check = (value: unknown) => string | undefined;

const CHECKS: Readonly<Record<keyof MetricsOptions, Check>> = {
  registry: (value) =>
    isRegistry(value) ? undefined : `${show(value)} is not a registry. Give a Registry of prom-client, or none.`,
  names: (value) =>
    value === "classic" || value === "semconv" || value === "both"
      ? undefined
      : `${show(value)} is not a family of names. Give "classic", "semconv" or "both".`,
  buckets: checkBuckets,
  sizeBuckets: checkBuckets,
  maxSeries: (value) =>
    Number.isSafeInteger(value) && (value as number) > 0 ? undefined : `${show(value)} is no cap. Give a whole number.`,
  processMetrics: (value) =>
    typeof value === "boolean" ? undefined : `${show(value)} is neither true nor false. Give one of them.`,
};

function checkBuckets(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length === 0)
    return `${show(value)} is not a list of upper bounds such as [0.1, 1].`;
  for (const [index, bound] of value.entries()) {
    if (!Number.isFinite(bound) || bound <= 0) {
      return `the bound ${show(bound)} is not a number above 0. Leave it out; +Inf is added by itself.`;
    }
    if (index > 0 && bound <= value[index - 1])
      return `${bound} follows ${value[index - 1]}. Sort the bounds, each once.`;
  }
  return undefined;
}

/** By shape, since a user's prom-client may be another copy than ours. */
function isRegistry(value: unknown): value is AnyRegistry {
  const methods = ["registerMetric", "getSingleMetric", "getMetricsAsArray"];
  return (
    typeof value === "object" &&
    value !== null &&
    methods.every((name) => typeof Reflect.get(value, name) === "function")
  );
}

function bucketsOf(name: string): readonly number[] {
  return METRIC_TABLE.find((row) => row.name === name)?.buckets ?? [];
}

function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

export function badOption(message: string): OpsError {
  return new OpsError("METRICS_BAD_OPTION", message);
}
