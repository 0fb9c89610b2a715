import type { Exchange, Observer, Outcome } from "@mcp-ops/exchange";
import { METRIC, OTHER } from "@mcp-ops/formats";
import { exemplify, type HistogramCell, observe, type ValueCell } from "./cell.ts";
import { type Facts, factsOf } from "./facts.ts";
import { placeMemory } from "./place-memory.ts";
import { findPlace, type Place } from "./places.ts";
import { type Store, valueSeat } from "./store.ts";

/** Counts exchanges: requests in flight while they run, everything else at their end. */
export function requestObserver(store: Store, switchedOn: ReadonlySet<string>): Observer {
  const placeOf = placeMemory((facts: Facts) => findPlace(store, switchedOn, facts), store.settings.maxSeries);
  const inFlightOf = switchedOn.has(METRIC.inFlight) ? inFlightCells(store) : undefined;
  const end = (exchange: Exchange, outcome: Outcome) => {
    record(placeOf(factsOf(exchange, outcome)), exchange, outcome);
  };
  return function metrics(exchange, next) {
    const ended = next();
    if (inFlightOf === undefined || exchange.kind !== "request" || exchange.direction !== "inbound") {
      return ended.then((outcome) => end(exchange, outcome));
    }
    const inFlight = inFlightOf(exchange.server, exchange.knownMethod ?? OTHER);
    inFlight.value++;
    return ended.then((outcome) => {
      inFlight.value--;
      end(exchange, outcome);
    });
  };
}

function record(place: Place, exchange: Exchange, outcome: Outcome): void {
  for (const cell of place.counts) cell.value++;
  const seconds = outcome.durationMs / 1000;
  for (const cell of place.durations) observeDuration(cell, seconds, exchange);
  if (place.requestSize !== undefined) observeSize(place.requestSize, exchange.requestBytes);
  if (place.responseSize !== undefined) observeSize(place.responseSize, outcome.responseBytes);
}

function observeDuration(cell: HistogramCell, seconds: number, { trace }: Exchange): void {
  const bucket = observe(cell, seconds);
  if (trace?.sampled !== true) return;
  const labelSet = { trace_id: trace.traceId, span_id: trace.spanId };
  exemplify(cell, bucket, { labelSet, value: seconds, timestamp: Date.now() / 1000 });
}

/** No JSON is 0 bytes long: then there was no body to read, or no answer. */
function observeSize(cell: HistogramCell, size: number): void {
  if (size > 0) observe(cell, size);
}

/** The gauges of requests in flight, by server and method. */
function inFlightCells(store: Store): (server: string, method: string) => ValueCell {
  const servers = new Map<string, Map<string, ValueCell>>();
  return (server, method) => servers.get(server)?.get(method) ?? add(server, method);

  function add(server: string, method: string): ValueCell {
    const { cell, own } = valueSeat(store, METRIC.inFlight, [server, method]);
    if (own) {
      const methods = servers.get(server) ?? new Map<string, ValueCell>();
      servers.set(server, methods.set(method, cell));
    }
    return cell;
  }
}
