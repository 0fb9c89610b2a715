import { LISTEN_METHOD, METRIC } from "@mcp-ops/formats";
import type { HistogramCell, ValueCell } from "./cell.ts";
import { type Facts, type Labels, labelsOf, type Route } from "./facts.ts";
import { histogramSeat, type Store, valueSeat } from "./store.ts";

/** The cells that exchanges with the same facts count in. */
export interface Place {
  readonly counts: readonly ValueCell[];
  readonly durations: readonly HistogramCell[];
  readonly requestSize: HistogramCell | undefined;
  readonly responseSize: HistogramCell | undefined;
}

/** A place, and whether all its cells are its own, so that it may be kept. */
export interface FoundPlace {
  readonly place: Place;
  readonly own: boolean;
}

interface Plan {
  readonly counts: readonly string[];
  readonly durations: readonly string[];
  readonly sizes: boolean;
}

const PLANS: Readonly<Record<Route, Plan>> = {
  request: { counts: [METRIC.requests], durations: [METRIC.requestDuration, METRIC.serverOperation], sizes: true },
  "server-request": { counts: [METRIC.serverRequests], durations: [METRIC.clientOperation], sizes: false },
  notification: { counts: [METRIC.notifications], durations: [METRIC.serverOperation], sizes: false },
  "server-notification": { counts: [METRIC.notifications], durations: [METRIC.clientOperation], sizes: false },
};

/** Finds the cells for the facts, making those that do not exist. Slow: the places of exchanges seen before are remembered. */
export function findPlace(store: Store, switchedOn: ReadonlySet<string>, facts: Facts): FoundPlace {
  const labels = labelsOf(facts);
  let own = true;
  const on = (name: string) => switchedOn.has(name);
  const count = (name: string) => {
    const seat = valueSeat(store, name, pick(store, name, labels));
    own &&= seat.own;
    return seat.cell;
  };
  const histogram = (name: string) => {
    const seat = histogramSeat(store, name, pick(store, name, labels));
    own &&= seat.own;
    return seat.cell;
  };
  const { counts, durations, sizes } = planOf(facts);
  const place: Place = {
    counts: counts.filter(on).map(count),
    durations: durations.filter(on).map(histogram),
    requestSize: sizes && on(METRIC.requestSize) ? histogram(METRIC.requestSize) : undefined,
    responseSize: sizes && on(METRIC.responseSize) ? histogram(METRIC.responseSize) : undefined,
  };
  if (facts.revision !== "" && on(METRIC.protocolVersion)) count(METRIC.protocolVersion).value = 1;
  return { place, own };
}

function planOf({ route, method, judged }: Facts): Plan {
  const plan = PLANS[route];
  return {
    counts: route === "request" && judged.type !== undefined ? [...plan.counts, METRIC.errors] : plan.counts,
    // How long a client listened is no latency.
    durations: method === LISTEN_METHOD ? [] : plan.durations,
    sizes: plan.sizes,
  };
}

/** The label values of a metric, in the order of its row. */
export function pick(store: Store, name: string, labels: Labels): readonly string[] {
  return store.instruments.get(name)?.row.labels.map((label) => labels[label.name] ?? "") ?? [];
}
