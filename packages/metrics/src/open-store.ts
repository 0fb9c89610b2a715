import { METRIC, METRIC_TABLE, type MetricRow, OpsError } from "@mcp-ops/formats";
import type { Metric } from "prom-client";
import { type Instrument, instrument } from "./instrument.ts";
import { readMemory } from "./memory.ts";
import { type AnyRegistry, badOption, type MetricsOptions, type Settings, settingsOf } from "./options.ts";
import { addInstrument, type Store, setAsideFor } from "./store.ts";

// On the registry itself and by a global symbol, so that two copies of this package share what lives in one registry.
const STORE = Symbol.for("mcp-ops.metrics.store.v1");

/** A registry's store, and the settings under which it was opened this time. */
export interface OpenStore {
  readonly store: Store;
  readonly settings: Settings;
  /** The names of our metrics that these settings switch on. */
  readonly switchedOn: ReadonlySet<string>;
}

/** Puts an instrument into the registry for each row that the options ask for: all, or none when a name is taken. */
export function openStore(registry: AnyRegistry, options: MetricsOptions): OpenStore {
  const known = (registry as { readonly [STORE]?: Store })[STORE];
  const settings = settingsOf(options, known?.settings);
  const store = known ?? { instruments: new Map<string, Instrument>(), settings, series: 0 };
  const rows = rowsFor(settings);
  checkSame(store.settings, settings);
  checkRoom(rows, settings.maxSeries);
  for (const row of rows) checkName(registry, store, row);
  for (const row of rows) install(registry, store, row);
  Object.defineProperty(registry, STORE, { value: store, configurable: true });
  return { store, settings, switchedOn: new Set(rows.map((row) => row.name)) };
}

/** One instrument has one set of bounds, and one registry one cap. */
function checkSame(first: Settings, now: Settings): void {
  for (const option of ["buckets", "sizeBuckets", "maxSeries"] as const) {
    if (String(first[option]) !== String(now[option])) throw conflict(option, first[option], now[option]);
  }
}

function rowsFor({ names, buckets, sizeBuckets }: Settings): readonly MetricRow[] {
  const families = names === "both" ? ["ops", "classic", "semconv"] : ["ops", names];
  return METRIC_TABLE.filter((row) => families.includes(row.family)).map((row) => {
    if (row.name === METRIC.requestDuration) return { ...row, buckets };
    return row.unit === "bytes" && row.type === "histogram" ? { ...row, buckets: sizeBuckets } : row;
  });
}

/** What is set aside may take half of the room: with less, little would be left to count in. */
function checkRoom(rows: readonly MetricRow[], maxSeries: number): void {
  const least = 2 * rows.reduce((sum, row) => sum + setAsideFor(row), 0);
  if (maxSeries >= least) return;
  throw badOption(`metrics({ maxSeries }): ${maxSeries} is too few for the buckets in use. Give ${least} or more.`);
}

function checkName(registry: AnyRegistry, store: Store, { name }: MetricRow): void {
  const there: unknown = registry.getSingleMetric(name);
  if (there !== undefined && there !== store.instruments.get(name)) throw nameTaken(name);
}

function install(registry: AnyRegistry, store: Store, row: MetricRow): void {
  const known = store.instruments.get(row.name);
  const isMemory = row.name === METRIC.memory;
  const ours = known ?? instrument(row, isMemory ? () => readMemory(store) : undefined);
  // Again even when known: the user may have cleared the registry since.
  registry.registerMetric(ours as unknown as Metric);
  if (known !== undefined) return;
  addInstrument(store, ours);
  // Now, while there is room.
  if (isMemory) readMemory(store);
}

export function nameTaken(name: string): OpsError {
  return new OpsError(
    "METRICS_NAME_TAKEN",
    `The registry already holds another metric named ${name}. Rename that metric, or give metrics() a registry of its own; ` +
      "if it comes from another version of @mcp-ops/metrics, install one version.",
  );
}

function conflict(option: string, first: unknown, second: unknown): OpsError {
  return new OpsError(
    "METRICS_CONFLICT",
    `metrics() was called before on this registry with ${option} ${first}, now with ${second}. ` +
      "Give both the same, or each a registry of its own.",
  );
}
