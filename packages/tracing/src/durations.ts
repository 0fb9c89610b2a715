import type { Connection, ConnectionEnd, Exchange, Outcome } from "@mcp-ops/exchange";
import { LISTEN_METHOD, OTHER } from "@mcp-ops/formats";
import {
  type Attributes,
  type Context,
  createNoopMeter,
  type Histogram,
  type Meter,
  type MeterProvider,
  metrics,
} from "@opentelemetry/api";
import { ATTRIBUTE, DURATION_BUCKETS, EXECUTE_TOOL, METRIC } from "./attributes.ts";
import { SCOPE } from "./elsewhere.ts";
import type { Ending } from "./ending.ts";
import { targetAttribute } from "./label.ts";
import { networkOf } from "./network.ts";

/** The revisions that exist; a modern client writes what it likes into each request. */
const REVISIONS = new Set(["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]);

interface Histograms {
  readonly inbound: Histogram;
  readonly outbound: Histogram;
  readonly session: Histogram;
}

/** The duration histograms of the conventions. Every attribute is bounded; resource URIs are none of them. */
export class Durations {
  readonly #given: MeterProvider | undefined;
  #provider: MeterProvider | undefined;
  #histograms: Histograms | undefined;

  constructor(given: MeterProvider | undefined) {
    this.#given = given;
  }

  /** Whether anybody collects. */
  get active(): boolean {
    return this.#current() !== undefined;
  }

  operation(exchange: Exchange, outcome: Outcome, ending: Ending, context: Context): void {
    if (exchange.method === LISTEN_METHOD) return;
    const attributes = operationAttributes(exchange, ending);
    this.#current()?.[exchange.direction].record(outcome.durationMs / 1000, attributes, context);
  }

  /** Only where the protocol has sessions: `initialize` opens one, and 2026-07-28 has none. */
  session(connection: Connection, end: ConnectionEnd): void {
    if (connection.era === "modern") return;
    const attributes = connectionAttributes(connection);
    if (end.error !== undefined) attributes[ATTRIBUTE.errorType] = OTHER;
    this.#current()?.session.record(end.durationMs / 1000, attributes);
  }

  /** The metrics API has no proxy: a meter taken before the SDK has started stays deaf. So the provider is looked at again. */
  #current(): Histograms | undefined {
    const provider = this.#given ?? metrics.getMeterProvider();
    if (provider === this.#provider) return this.#histograms;
    this.#provider = provider;
    const meter = provider.getMeter(SCOPE);
    this.#histograms = meter === createNoopMeter() ? undefined : histogramsOf(meter);
    return this.#histograms;
  }
}

function histogramsOf(meter: Meter): Histograms {
  const histogram = (name: string, description: string) =>
    meter.createHistogram(name, {
      description,
      unit: "s",
      advice: { explicitBucketBoundaries: [...DURATION_BUCKETS] },
    });
  return {
    inbound: histogram(METRIC.serverOperation, "From receiving a request or notification to its answer."),
    outbound: histogram(METRIC.clientOperation, "From sending a request or notification to its answer."),
    session: histogram(METRIC.serverSession, "How long sessions last, as the server sees them."),
  };
}

function operationAttributes(exchange: Exchange, ending: Ending): Attributes {
  const attributes = connectionAttributes(exchange);
  attributes[ATTRIBUTE.method] = exchange.knownMethod ?? OTHER;
  const attribute = targetAttribute(exchange.method);
  if (attribute !== undefined) attributes[attribute] = exchange.knownTarget ?? OTHER;
  if (exchange.method === "tools/call") attributes[ATTRIBUTE.operation] = EXECUTE_TOOL;
  if (ending.errorType !== undefined) attributes[ATTRIBUTE.errorType] = ending.errorType;
  if (ending.statusCode !== undefined) attributes[ATTRIBUTE.statusCode] = ending.statusCode;
  return attributes;
}

function connectionAttributes({ revision, transport }: Connection): Attributes {
  const attributes: Attributes = {};
  const network = networkOf(transport);
  if (revision !== undefined) attributes[ATTRIBUTE.protocolVersion] = REVISIONS.has(revision) ? revision : OTHER;
  if (network.transport !== undefined) attributes[ATTRIBUTE.networkTransport] = network.transport;
  if (network.protocol !== undefined) attributes[ATTRIBUTE.networkProtocol] = network.protocol;
  return attributes;
}
