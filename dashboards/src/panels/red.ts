import { METRIC } from "@mcp-ops/formats";
import { QUANTILE_COLOUR } from "../colours.ts";
import type { Link } from "../links.ts";
import { failingShare, max, of, part, quantile, RATE_INTERVAL, RECENT, rate, sum } from "../queries.ts";
import { graph } from "./graph.ts";
import { heatmap } from "./heatmap.ts";
import { OUTCOME_COLOURS, type Placeable } from "./panel.ts";
import { type StatWords, stat } from "./stat.ts";

/** Rate, errors and duration: the panels that more than one dashboard has, of the requests that `matchers` choose. */
export interface Chosen {
  readonly matchers: readonly string[];
  readonly links?: readonly Link[];
}

const ANSWERS = "success|input_required|task";
/** Requests of which nothing went wrong. */
export const ANSWERED: string = `status=~"${ANSWERS}"`;

const BUCKETS = part(METRIC.requestDuration, "bucket");

export function requestRate({ matchers, links }: Chosen, title: string): Placeable {
  return stat({
    title,
    description: "Requests that ended per second. Zero is no fault by itself: many MCP servers are asked seldom.",
    unit: "reqps",
    decimals: 1,
    expr: sum(rate(of(METRIC.requests, ...matchers))),
    trend: true,
    none: "no requests",
    ...(links && { links }),
  });
}

export function failingNow({ matchers }: Chosen, more: Partial<StatWords> = {}): Placeable {
  return stat({
    title: "Failing, 5 min",
    description:
      "Share of the requests of the last five minutes that failed by the server's fault: a tool that failed, a timeout, an internal error. What callers do wrong does not count.",
    unit: "percentunit",
    decimals: 1,
    expr: failingShare(RECENT, matchers),
    trend: true,
    none: "no calls",
    ...more,
  });
}

export function quantileNow(q: number, { matchers }: Chosen): Placeable {
  return stat({
    title: `p${q * 100} of tool calls, 5 min`,
    description: `${q * 100} of 100 tool calls of the last five minutes were answered within this time, by the slowest of the servers.`,
    unit: "s",
    // Servers may have buckets of their own, which cannot be summed.
    expr: max(quantile(q, of(BUCKETS, ...matchers), RECENT, "server")),
    trend: true,
    none: "no calls",
  });
}

/** How requests end, each way in its one colour. */
export function outcomes({ matchers, links }: Chosen): Placeable {
  return graph({
    title: "How requests end",
    description:
      "Requests per second by how they ended. Green: answered. Yellow: the caller asked for what cannot be. Orange, red and purple: the server failed. Blue: a gate refused. What each word means: docs/metrics.md.",
    unit: "reqps",
    // Two queries, because Grafana stacks the first one below: what is well is the ground that the rest stands on.
    queries: [ANSWERED, `status!~"${ANSWERS}"`].map((which) => ({
      expr: sum(rate(of(METRIC.requests, ...matchers, which)), "status"),
      legend: "{{status}}",
    })),
    colours: OUTCOME_COLOURS,
    isStacked: true,
    ...(links && { links }),
  });
}

export function failuresByType({ matchers, links }: Chosen): Placeable {
  return graph({
    title: "What goes wrong",
    description:
      "Requests per second that ended other than well, by type. A number is a JSON-RPC code. Empty when all is well.",
    unit: "reqps",
    queries: [{ expr: sum(rate(of(METRIC.errors, ...matchers)), "type"), legend: "{{type}}" }],
    colours: OUTCOME_COLOURS,
    isStacked: true,
    ...(links && { links }),
  });
}

/** The middle, the slow and the slowest; the points are single calls, whose traces can be opened. */
export function durations({ matchers, links }: Chosen): Placeable {
  const at = (q: number) => quantile(q, of(BUCKETS, ...matchers), RATE_INTERVAL);
  return graph({
    title: "How long tool calls take",
    description:
      "Half of the calls are quicker than p50, 95 of 100 than p95. Points are single calls with a trace, where tracing is on and Prometheus stores exemplars (docs/dashboards.md). Servers with buckets of their own: choose one.",
    unit: "s",
    queries: [
      { expr: at(0.5), legend: "p50" },
      { expr: at(0.95), legend: "p95", exemplars: true },
      { expr: at(0.99), legend: "p99" },
    ],
    colours: QUANTILE_COLOUR,
    ...(links && { links }),
  });
}

export function durationMap({ matchers, links }: Chosen): Placeable {
  return heatmap({
    title: "Durations of tool calls",
    description:
      "Calls per second by how long they took: the darker, the more. Two bands say that calls are of two kinds, which no quantile shows. Servers with buckets of their own: choose one.",
    unit: "s",
    expr: sum(rate(of(BUCKETS, ...matchers)), "le"),
    ...(links && { links }),
  });
}

/** Of whatever the label tells apart. */
export function rateBy(label: string, title: string, { matchers, links }: Chosen): Placeable {
  return graph({
    title,
    description: "Requests that ended per second.",
    unit: "reqps",
    queries: [{ expr: sum(rate(of(METRIC.requests, ...matchers)), label), legend: `{{${label}}}` }],
    ...(links && { links }),
  });
}

export function failingBy(label: string, title: string, { matchers, links }: Chosen): Placeable {
  return graph({
    title,
    description:
      "Share of requests that failed by the server's fault. A line at nought is well; no line means that nobody asked.",
    unit: "percentunit",
    softMax: 0.05,
    queries: [{ expr: failingShare(RATE_INTERVAL, matchers, label), legend: `{{${label}}}` }],
    ...(links && { links }),
  });
}

export function p95By(label: string, title: string, { matchers, links }: Chosen): Placeable {
  return graph({
    title,
    description:
      "95 of 100 requests were answered within this time. Listening for changes is no request that is slow, and is left out.",
    unit: "s",
    queries: [
      { expr: quantile(0.95, of(BUCKETS, ...matchers), RATE_INTERVAL, label), legend: `{{${label}}}`, exemplars: true },
    ],
    ...(links && { links }),
  });
}
