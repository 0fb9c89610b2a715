export type { Figure, FigureSample } from "./figures.ts";
export { type Fleet, fleet } from "./fleet.ts";
export { type Metrics, metrics } from "./metrics.ts";
export {
  type AnyRegistry,
  DEFAULT_BUCKETS,
  DEFAULT_MAX_SERIES,
  DEFAULT_NAMES,
  DEFAULT_SIZE_BUCKETS,
  type MetricsOptions,
} from "./options.ts";
export { DEFAULT_COLLECT_TIMEOUT_MS, type Scrape, type ScrapeOptions } from "./scrape.ts";
export type { ScrapeFailure } from "./snapshot.ts";
