import { METRIC } from "@mcp-ops/formats";
import { CLASSIC_CONTENT_TYPE, classicText, OPENMETRICS_CONTENT_TYPE, openMetricsText } from "./exposition.ts";
import type { AnyRegistry } from "./options.ts";
import { readFamily, type ScrapeFailure, takeSnapshot } from "./snapshot.ts";
import { type Store, valueSeat } from "./store.ts";

export interface ScrapeOptions {
  /** OpenMetrics 1.0.0, for a scraper that accepts it. Default: the classic text format 0.0.4. */
  readonly openMetrics?: boolean;
}

export interface Scrape {
  readonly contentType: string;
  readonly body: string;
  /** Metrics left out because reading them failed, for whoever logs. They are counted in `mcp_ops_scrape_errors_total`. */
  readonly failures: readonly ScrapeFailure[];
}

/** Half of the ten seconds after which Prometheus gives up on the whole scrape. */
export const DEFAULT_COLLECT_TIMEOUT_MS = 5_000;

/** Renders the registry. A format never changes what the other one shows, and a metric that fails costs only itself. */
export async function scrape(registry: AnyRegistry, store: Store, options: ScrapeOptions = {}): Promise<Scrape> {
  // Read last, so that it tells of the failures of this very scrape.
  const errors = store.instruments.get(METRIC.scrapeErrors);
  const { families, failures } = await takeSnapshot(registry, DEFAULT_COLLECT_TIMEOUT_MS, errors);
  for (const { metric } of failures) valueSeat(store, METRIC.scrapeErrors, [metric]).cell.value++;
  const all = errors === undefined ? families : [...families, await readFamily(registry, errors)];
  return options.openMetrics === true
    ? { contentType: OPENMETRICS_CONTENT_TYPE, body: openMetricsText(all), failures }
    : { contentType: CLASSIC_CONTENT_TYPE, body: classicText(all), failures };
}
