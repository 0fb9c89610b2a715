import { METRIC } from "@mcp-ops/formats";
import type { Sample } from "./exposition.ts";
import { addBuckets, type Buckets } from "./quantile.ts";

/** What is known of one method, or of one target of it. */
export interface Line {
  readonly calls: number;
  /** Calls by how they ended. */
  readonly statuses: ReadonlyMap<string, number>;
  /** Durations in seconds. */
  readonly buckets: Buckets;
}

export interface MethodFigures extends Line {
  readonly method: string;
  readonly inFlight: number;
  /** By target. Empty for methods without targets. */
  readonly targets: ReadonlyMap<string, Line>;
}

/** Reads from a scrape what the table shows. */
export function figuresOf(samples: readonly Sample[]): readonly MethodFigures[] {
  const of = (name: string) => samples.filter((sample) => sample.name === name);
  const requests = groupBy(of(METRIC.requests), "method");
  const durations = groupBy(of(`${METRIC.requestDuration}_bucket`), "method");
  const inFlight = groupBy(of(METRIC.inFlight), "method");
  const methods = new Set([...requests.keys(), ...inFlight.keys()]);
  return [...methods].map((method) => {
    const own = { requests: requests.get(method) ?? [], durations: durations.get(method) ?? [] };
    const running = (inFlight.get(method) ?? []).reduce((sum, { value }) => sum + value, 0);
    return { method, inFlight: running, ...lineOf(own.requests, own.durations), targets: targetsOf(own) };
  });
}

/** All lines together. */
export function totalOf(lines: readonly Line[]): Line {
  return {
    calls: lines.reduce((sum, { calls }) => sum + calls, 0),
    statuses: sumBy(lines.flatMap(({ statuses }) => [...statuses])),
    buckets: addBuckets(lines.map(({ buckets }) => buckets)),
  };
}

/** Statuses of requests that did what they should. */
const WELL: ReadonlySet<string> = new Set(["success", "input_required", "task"]);

/** Calls that ended other than well, by kind, most first. */
export function errorsOf({ statuses }: Line): readonly (readonly [kind: string, count: number])[] {
  return [...statuses].filter(([status]) => !WELL.has(status)).sort(([, a], [, b]) => b - a);
}

function targetsOf(own: { requests: readonly Sample[]; durations: readonly Sample[] }): ReadonlyMap<string, Line> {
  const requests = groupBy(own.requests, "target");
  const durations = groupBy(own.durations, "target");
  requests.delete("");
  return new Map([...requests].map(([target, samples]) => [target, lineOf(samples, durations.get(target) ?? [])]));
}

function lineOf(requests: readonly Sample[], durations: readonly Sample[]): Line {
  return {
    calls: requests.reduce((sum, { value }) => sum + value, 0),
    statuses: sumBy(requests.map(({ labels, value }) => [labels.status ?? "", value])),
    buckets: sumBy(durations.map(({ labels, value }) => [Number(labels.le?.replace("Inf", "Infinity")), value])),
  };
}

function groupBy(samples: readonly Sample[], label: string): Map<string, Sample[]> {
  return Map.groupBy(samples, ({ labels }) => labels[label] ?? "");
}

function sumBy<K>(entries: readonly (readonly [K, number])[]): Map<K, number> {
  const sums = new Map<K, number>();
  for (const [key, value] of entries) sums.set(key, (sums.get(key) ?? 0) + value);
  return sums;
}
