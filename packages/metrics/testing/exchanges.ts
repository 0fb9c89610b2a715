import type { Exchange, Outcome } from "@mcp-ops/exchange";
import { type OpenMetricsContentType, Registry } from "prom-client";
import type { Metrics } from "../src/metrics.ts";

/** A registry that prom-client itself would render as OpenMetrics. */
export function openMetricsRegistry(): Registry<OpenMetricsContentType> {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

/** A tool call that a tap would give, but for what `parts` say. */
export function exchangeOf(parts: Partial<Exchange> = {}): Exchange {
  return {
    kind: "request",
    direction: "inbound",
    id: 1,
    server: "shop",
    transport: "http",
    session: "a session id",
    revision: "2025-11-25",
    era: "legacy",
    client: { name: "a client name", version: "1.0.0" },
    method: "tools/call",
    knownMethod: parts.method ?? "tools/call",
    target: "search",
    knownTarget: "target" in parts ? parts.target : "search",
    targetKnown: true,
    params: { name: "search", arguments: { secret: "an argument" } },
    meta: undefined,
    principal: "a principal",
    header: () => undefined,
    requestBytes: 120,
    startedAt: 0,
    trace: undefined,
    ...parts,
  };
}

const ENDED = { durationMs: 30, gate: undefined, httpStatus: undefined, responseBytes: 900 };

export function resultOf(parts: Partial<Extract<Outcome, { kind: "result" }>> = {}): Outcome {
  return { ...ENDED, kind: "result", type: "complete", isError: false, invalidArguments: false, result: {}, ...parts };
}

export function errorOf(code: number | undefined, parts: Partial<Extract<Outcome, { kind: "error" }>> = {}): Outcome {
  return { ...ENDED, kind: "error", code, message: "a message", cause: undefined, ...parts };
}

export const CANCELLED: Outcome = { ...ENDED, kind: "cancelled", responseBytes: 0 };
export const LOST: Outcome = { ...ENDED, kind: "lost", reason: "closed", responseBytes: 0 };
export const SENT: Outcome = { ...ENDED, kind: "sent", responseBytes: 0 };

/** Lets the metrics observe a whole exchange. */
export async function observe(metrics: Metrics, exchange: Exchange, outcome: Outcome = resultOf()): Promise<void> {
  await metrics.observer(exchange, () => Promise.resolve(outcome));
}

/** The samples of a scrape as `name{labels}` → value, of metrics whose name starts with `prefix`. */
export async function samples(metrics: Metrics, prefix = "mcp_"): Promise<Record<string, number>> {
  return samplesOf((await metrics.scrape()).body, prefix);
}

export function samplesOf(text: string, prefix: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const line of text.split("\n")) {
    if (!line.startsWith(prefix)) continue;
    const end = line.lastIndexOf(" ");
    found[line.slice(0, end)] = Number(line.slice(end + 1));
  }
  return found;
}

/** Without the buckets, which only say again what sum and count say. */
export function withoutBuckets(found: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(found).filter(([series]) => !series.includes("_bucket{")));
}

/** Everything of a metric added up. */
export function total(found: Record<string, number>, name: string): number {
  let sum = 0;
  for (const [series, value] of Object.entries(found)) {
    if (series === name || series.startsWith(`${name}{`)) sum += value;
  }
  return sum;
}
