import type { OnFault } from "@mcp-ops/exchange";
import type { Metrics } from "@mcp-ops/metrics";
import { type Pipeline, pipeline } from "@mcp-ops/tap";
import { alike } from "./alike.ts";
import { defaultMetrics, metricsFrom } from "./default-metrics.ts";
import { checkWatchOptions, type WatchOptions } from "./watch-options.ts";

const NO_OPTIONS: WatchOptions = Object.freeze({});

/** Options written inline are a new object at each call; this many different ones are recognised by what they hold. */
const MAX_RECENT = 16;

const byOptions = new WeakMap<WatchOptions, Pipeline>();
const recent: { readonly options: WatchOptions; readonly pipeline: Pipeline }[] = [];

/**
 * The pipeline for these options: the same one for the same options, because SDK v2 makes a server per HTTP request, and what
 * is remembered about a server hangs on its pipeline.
 */
export function pipelineFor(options: WatchOptions = NO_OPTIONS): Pipeline {
  let found = byOptions.get(options);
  if (found !== undefined) return found;
  checkWatchOptions(options);
  found = recent.find((known) => alike(known.options, options))?.pipeline;
  if (found === undefined) {
    found = build(options);
    recent.unshift({ options: { ...options }, pipeline: found });
    recent.length = Math.min(recent.length, MAX_RECENT);
  }
  byOptions.set(options, found);
  return found;
}

function build(options: WatchOptions): Pipeline {
  const { metrics: _, observers = [], connectionObservers = [], onFault, ...rest } = options;
  const metrics = metricsOf(options.metrics);
  const parts = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  if (metrics === undefined) return pipeline({ ...parts, observers, connectionObservers, ...(onFault && { onFault }) });
  return pipeline({
    ...parts,
    observers: [...observers, metrics.observer],
    connectionObservers: [...connectionObservers, metrics.connectionObserver],
    onFault: both(metrics.onFault, onFault),
    onOverflow: metrics.onOverflow,
  });
}

function metricsOf(option: WatchOptions["metrics"]): Metrics | undefined {
  if (option === false) return undefined;
  if (option === undefined) return defaultMetrics();
  return "observer" in option ? option : metricsFrom(option);
}

/** Each is told even when the other throws. */
function both(first: OnFault, second: OnFault | undefined): OnFault {
  if (second === undefined) return first;
  return (fault) => {
    try {
      first(fault);
    } finally {
      second(fault);
    }
  };
}
