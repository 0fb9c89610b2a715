import { METRIC } from "@mcp-ops/formats";
import type { Sample } from "./exposition.ts";
import { addBuckets, type Buckets } from "./quantile.ts";

/** What is known of one method, or of one target of it. */
export interface Line {
  readonly calls: number;
  /** Calls that ended other than well, by kind. A client that leaves a listen stream has done nothing wrong. */
  readonly errors: ReadonlyMap<string, number>;
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
  const series = seriesBy("method", of(METRIC.requests), of(`${METRIC.requestDuration}_bucket`), of(METRIC.errors));
  const inFlight = groupBy(of(METRIC.inFlight), "method");
  const methods = new Set([...series.keys(), ...inFlight.keys()]);
  return [...methods].map((method) => {
    const own = series.get(method) ?? NO_SERIES;
    const running = (inFlight.get(method) ?? []).reduce((sum, { value }) => sum + value, 0);
    return { method, inFlight: running, ...lineOf(own), targets: targetsOf(own) };
  });
}

/** All lines together. */
export function totalOf(lines: readonly Line[]): Line {
  return {
    calls: lines.reduce((sum, { calls }) => sum + calls, 0),
    errors: sumBy(lines.flatMap(({ errors }) => [...errors])),
    buckets: addBuckets(lines.map(({ buckets }) => buckets)),
  };
}

/** Calls that ended other than well, by kind, most first. */
export function errorsOf({ errors }: Line): readonly (readonly [kind: string, count: number])[] {
  return [...errors].sort(([, a], [, b]) => b - a);
}

/** What a line is made of. */
interface Series {
  readonly requests: readonly Sample[];
  readonly durations: readonly Sample[];
  readonly errors: readonly Sample[];
}

const NO_SERIES: Series = { requests: [], durations: [], errors: [] };

function seriesBy(
  label: string,
  requests: readonly Sample[],
  durations: readonly Sample[],
  errors: readonly Sample[],
): Map<string, Series> {
  const [times, failures] = [groupBy(durations, label), groupBy(errors, label)];
  return new Map(
    [...groupBy(requests, label)].map(([key, own]) => [
      key,
      { requests: own, durations: times.get(key) ?? [], errors: failures.get(key) ?? [] },
    ]),
  );
}

function targetsOf({ requests, durations, errors }: Series): ReadonlyMap<string, Line> {
  const series = seriesBy("target", requests, durations, errors);
  series.delete("");
  return new Map([...series].map(([target, own]) => [target, lineOf(own)]));
}

function lineOf({ requests, durations, errors }: Series): Line {
  return {
    calls: requests.reduce((sum, { value }) => sum + value, 0),
    errors: sumBy(errors.map(({ labels, value }) => [labels.type ?? "", value])),
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
