import { type ConnectionObserver, type Gate, type Observer, PASS } from "@mcp-ops/exchange";
import { propagation } from "@opentelemetry/api";
import { carryObserver } from "./carry.ts";
import { Durations } from "./durations.ts";
import { DEFAULT_BAGGAGE, DEFAULT_TRACING_MODE, type TracingOptions } from "./options.ts";
import { propagationGate } from "./propagation.ts";
import { spanObserver } from "./span-observer.ts";

/** Parts for a pipeline. The observer goes outermost; gates stand inside all observers, so the order of this gate does not matter. */
export interface Tracing {
  readonly observer: Observer;
  /** Writes trace context into the `_meta` of requests that the server sends. */
  readonly propagation: Gate;
  readonly connectionObserver: ConnectionObserver;
}

/** OpenTelemetry traces and durations for exchanges. Without an SDK in the process it costs next to nothing and does nothing. */
export function tracing(options: TracingOptions = {}): Tracing {
  const { mode = DEFAULT_TRACING_MODE, propagator = propagation, baggage = DEFAULT_BAGGAGE } = options;
  if (mode === "off") return OFF;
  const durations = (options.durations ?? mode === "native") ? new Durations(options.meterProvider) : undefined;
  return {
    observer: mode === "native" ? spanObserver(options, propagator, durations) : carryObserver(options, propagator),
    propagation: propagationGate(propagator, baggage),
    connectionObserver: sessionObserver(durations),
  };
}

const OFF: Tracing = {
  observer: (_exchange, next) => next(),
  propagation: () => PASS,
  connectionObserver() {},
};

function sessionObserver(durations: Durations | undefined): ConnectionObserver {
  return async function tracing(connection, kind, ended) {
    if (durations === undefined || kind === "stream") return;
    durations.session(connection, await ended);
  };
}
