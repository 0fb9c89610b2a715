import { collectDefaultMetrics, type Metric, Registry } from "prom-client";
import type { AnyRegistry } from "./options.ts";

/** Adds Node's own metrics (CPU, memory, event loop, garbage collection) that the registry does not have yet. */
export function addProcessMetrics(registry: AnyRegistry): void {
  // Then the user collects them already; a second set of observers would be for nothing.
  if (registry.getSingleMetric("nodejs_eventloop_lag_seconds") !== undefined) return;
  const apart = new Registry();
  collectDefaultMetrics({ register: apart });
  for (const metric of apart.getMetricsAsArray() as unknown as Metric[]) {
    const { name } = metric as unknown as { readonly name: string };
    if (registry.getSingleMetric(name) === undefined) registry.registerMetric(metric);
  }
}
