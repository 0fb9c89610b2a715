import { type Metrics, type MetricsOptions, metrics } from "@mcp-ops/metrics";

// By a global symbol, so that a second copy of this package in the process (say, that of @mcp-ops/register) writes into the
// same metrics, and not into some that nobody scrapes.
const SHARED = Symbol.for("mcp-ops.kit.default-metrics.v1");

const shared = globalThis as { [SHARED]?: Metrics };

/** The metrics of all servers of this process that were watched without metrics of their own. Add business metrics to its `registry`. */
export function defaultMetrics(): Metrics {
  shared[SHARED] ??= metrics();
  return shared[SHARED];
}

/** Metrics shaped by options. Where these name no registry, they live in the default one; the first to come decides its shape. */
export function metricsFrom(options: MetricsOptions): Metrics {
  if (options.registry !== undefined) return metrics(options);
  const first = shared[SHARED];
  if (first !== undefined) return metrics({ ...options, registry: first.registry });
  shared[SHARED] = metrics(options);
  return shared[SHARED];
}
