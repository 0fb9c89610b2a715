import { METRIC } from "@mcp-ops/formats";
import type { Sample } from "./exposition.ts";
import { Tally } from "./tally.ts";

/** Something the clients and the metrics do not agree on. */
export interface Difference {
  /** Method, target and status, as far as there are. */
  readonly what: string;
  readonly clients: number;
  readonly metrics: number;
}

/** What the metrics say happened, in the form in which the clients tell it. */
export function tallyOf(samples: readonly Sample[]): Tally {
  const tally = new Tally();
  for (const { name, labels, value } of samples) {
    if (name === METRIC.requests) tally.add(labels.method ?? "", labels.target ?? "", labels.status ?? "", value);
  }
  return tally;
}

/** Every series in which the two differ. */
export function compare(clients: Tally, metrics: Tally): readonly Difference[] {
  return keysOf(clients, metrics)
    .map((key) => ({ what: key, clients: clients.get(key), metrics: metrics.get(key) }))
    .filter((pair) => pair.clients !== pair.metrics);
}

/** Both by status alone, most first. */
export function byStatus(clients: Tally, metrics: Tally): readonly Difference[] {
  const statuses = Map.groupBy(keysOf(clients, metrics), (key) => key.split(" ").slice(2).join(" "));
  return [...statuses]
    .map(([what, keys]) => ({ what, clients: sum(clients, keys), metrics: sum(metrics, keys) }))
    .sort((a, b) => b.metrics - a.metrics);
}

export function keysOf(clients: Tally, metrics: Tally): readonly string[] {
  return [...new Set([...clients.keys(), ...metrics.keys()])].sort();
}

function sum(tally: Tally, keys: readonly string[]): number {
  return keys.reduce((total, key) => total + tally.get(key), 0);
}
