import { METRIC_TABLE } from "@mcp-ops/formats";
import type { Metric } from "prom-client";
import { nameTaken } from "./open-store.ts";
import type { AnyRegistry } from "./options.ts";

/** A metric whose values something else keeps, and which are looked up at each scrape. */
export interface Figure {
  /** A counter or gauge of the metric table. */
  readonly name: string;
  read(): readonly FigureSample[];
}

export interface FigureSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

// By a global symbol, so that two copies of this package know one another's.
const OURS = Symbol.for("mcp-ops.metrics.figure.v1");

/** Puts the figure into the registry. Shown twice it stands there once. */
export function showFigure(registry: AnyRegistry, { name, read }: Figure): void {
  const there: unknown = registry.getSingleMetric(name);
  if (there !== undefined && !Object.hasOwn(there as object, OURS)) throw nameTaken(name);
  if (there !== undefined) return;
  const row = METRIC_TABLE.find((candidate) => candidate.name === name);
  if (row === undefined) throw new TypeError(`There is no metric ${name} in the metric table.`);
  const { help, type } = row;
  const aggregator = "sum";
  const metric = {
    [OURS]: true,
    name,
    help,
    type,
    aggregator,
    labelNames: row.labels.map((label) => label.name),
    get: async () => ({ name, help, type, aggregator, values: read() }),
    reset() {},
  };
  registry.registerMetric(metric as unknown as Metric);
}
