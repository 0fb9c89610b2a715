import type { ConnectionObserver, Fault, Observer } from "@mcp-ops/exchange";
import { METRIC } from "@mcp-ops/formats";
import { Registry } from "prom-client";
import { type Figure, showFigure } from "./figures.ts";
import { openStore } from "./open-store.ts";
import { type AnyRegistry, checkOptions, type MetricsOptions } from "./options.ts";
import { addProcessMetrics } from "./process-metrics.ts";
import { requestObserver } from "./request-observer.ts";
import { type Scrape, type ScrapeOptions, scrape } from "./scrape.ts";
import { sessionObserver } from "./session-observer.ts";
import { valueSeat } from "./store.ts";

/** Prometheus metrics of MCP servers: what watches them, and what shows the figures. */
export interface Metrics {
  readonly observer: Observer;
  readonly connectionObserver: ConnectionObserver;
  /** Counts a fault of an observer or gate. */
  readonly onFault: (fault: Fault) => void;
  /** Counts an exchange that went unobserved. */
  readonly onOverflow: () => void;
  /** Shows a figure that something else keeps. The first for a name stays. */
  readonly show: (figure: Figure) => void;
  /** The registry everything lives in: put your own metrics there too. */
  readonly registry: AnyRegistry;
  /** Everything in the registry as text. Never rejects. */
  readonly scrape: (options?: ScrapeOptions) => Promise<Scrape>;
}

/**
 * Starts counting. Called again on the same registry it shares the instruments, and takes what is not given from the first
 * call; servers differ by the label `server`.
 */
export function metrics(options: MetricsOptions = {}): Metrics {
  checkOptions(options);
  const registry = options.registry ?? new Registry();
  const { store, settings, switchedOn } = openStore(registry, options);
  if (settings.processMetrics) addProcessMetrics(registry);
  return {
    observer: requestObserver(store, switchedOn),
    connectionObserver: sessionObserver(store, switchedOn),
    onFault: ({ source, kind }) => {
      valueSeat(store, METRIC.observerFaults, [source, kind]).cell.value++;
    },
    onOverflow: () => {
      valueSeat(store, METRIC.unobserved, []).cell.value++;
    },
    show: (figure) => showFigure(registry, figure),
    registry,
    scrape: (scrapeOptions) => scrape(registry, store, scrapeOptions),
  };
}
