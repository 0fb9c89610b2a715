import { METRIC } from "@mcp-ops/formats";

/** What Grafana makes of it is at least four scrapes long, so that a rate never has too few samples. */
export const RATE_INTERVAL = "$__rate_interval";
/** The time that the dashboard shows. */
export const SHOWN = "$__range";
/** For figures that are compared with nothing and need a few calls: the title says so. */
export const RECENT = "5m";

const JOB = 'job=~"$job"';
export const SERVER = 'server=~"$server"';
export const TOOL = 'target=~"$tool"';
export const CALLS = 'method="tools/call"';

/** Whose fault: what a caller does wrong says nothing about the server. */
export const OUR_FAULT = 'category="server"';

/** A metric, as the variables of the dashboard choose it. */
export function of(metric: string, ...matchers: readonly string[]): string {
  return `${metric}{${[JOB, ...matchers].join(",")}}`;
}

/**
 * What a process shows of itself as a whole. Through a sidecar it has the server's name; scraped directly it has none, and belongs to the servers
 * that its page shows.
 */
export function own(metric: string, ...matchers: readonly string[]): string {
  return ownBy((series) => series, metric, matchers);
}

export function ownRate(metric: string): string {
  return ownBy(rate, metric);
}

export function ownIncrease(metric: string, window: string): string {
  return ownBy((series) => increase(series, window), metric);
}

function ownBy(read: (series: string) => string, metric: string, matchers: readonly string[] = []): string {
  const nameless = read(of(metric, 'server=""', ...matchers));
  const itsPage = of(METRIC.inFlight, SERVER);
  return `(${read(of(metric, SERVER, ...matchers))} or ${nameless} and on (job, instance) ${itsPage})`;
}

/** Buckets, count or sum of a histogram. */
export function part(metric: string, suffix: "bucket" | "count" | "sum"): string {
  return `${metric}_${suffix}`;
}

export function rate(series: string, window: string = RATE_INTERVAL): string {
  return `rate(${series}[${window}])`;
}

export function increase(series: string, window: string): string {
  return `increase(${series}[${window}])`;
}

export function sum(expr: string, ...by: readonly string[]): string {
  return aggregate("sum", expr, by);
}

export function max(expr: string, ...by: readonly string[]): string {
  return aggregate("max", expr, by);
}

export function min(expr: string, ...by: readonly string[]): string {
  return aggregate("min", expr, by);
}

function aggregate(operator: string, expr: string, by: readonly string[]): string {
  return by.length === 0 ? `${operator}(${expr})` : `${operator} by (${by.join(", ")}) (${expr})`;
}

/** A quantile of a histogram, by labels. NaN where nothing happened. */
export function quantile(q: number, buckets: string, window: string, ...by: readonly string[]): string {
  return `histogram_quantile(${q}, ${sum(rate(buckets, window), "le", ...by)})`;
}

/** Part of a whole, 0 where there is no part; none where there is no whole. */
export function share(part: string, whole: string): string {
  return `(${part} or 0 * ${whole}) / (${whole} > 0)`;
}

/** The share of requests that failed by the server's fault. */
export function failingShare(window: string, matchers: readonly string[], ...by: readonly string[]): string {
  const failed = sum(increase(of(METRIC.errors, ...matchers, OUR_FAULT), window), ...by);
  return share(failed, sum(increase(of(METRIC.requests, ...matchers), window), ...by));
}

/** A word where a label is unset, for else the legend would have none. */
export function unsetIs(word: string, label: string, expr: string): string {
  return `label_replace(${expr}, "${label}", "${word}", "${label}", "")`;
}

/** What is at most so much of everything, the largest first. */
export function top(most: number, expr: string): string {
  return `topk(${most}, ${expr})`;
}
