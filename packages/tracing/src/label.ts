import type { Exchange } from "@mcp-ops/exchange";
import { OTHER } from "@mcp-ops/formats";
import { type Attributes, SpanKind, type SpanOptions } from "@opentelemetry/api";
import { ATTRIBUTE, EXECUTE_TOOL } from "./attributes.ts";

/** What a span is started with: all that a sampler gets to see. */
export interface Label {
  readonly name: string;
  readonly options: SpanOptions;
  /** The target may become known later, and the name with it. */
  readonly isPreliminary: boolean;
}

/** Known methods and targets are bounded by the tap at 10 000 a server; most servers have fewer than a hundred. */
const MAX_LABELS = 10_000;

/** Names of spans, and the attributes they start with. Both hold known names only, so that they are made once and used again. */
export class Labels {
  /** By method, then by target. */
  readonly #inbound = new Map<string, Map<string | undefined, Label>>();
  readonly #outbound = new Map<string, Map<string | undefined, Label>>();
  readonly #uriInName: boolean;
  #count = 0;

  constructor(uriInName: boolean) {
    this.#uriInName = uriInName;
  }

  of(exchange: Exchange): Label {
    const labels = exchange.direction === "inbound" ? this.#inbound : this.#outbound;
    const target = this.#targetOf(exchange);
    return labels.get(exchange.knownMethod ?? OTHER)?.get(target) ?? this.#add(labels, exchange, target);
  }

  /** `{method} {target}`. A caller's own words are not in it: they would make as many names as there are calls. */
  nameOf(exchange: Exchange): string {
    return nameOf(exchange.knownMethod ?? OTHER, this.#targetOf(exchange));
  }

  #add(labels: Map<string, Map<string | undefined, Label>>, exchange: Exchange, target: string | undefined): Label {
    const method = exchange.knownMethod ?? OTHER;
    const kind = exchange.direction === "inbound" ? SpanKind.SERVER : SpanKind.CLIENT;
    const options = Object.freeze({ kind, attributes: Object.freeze(startAttributes(exchange)) });
    const isPreliminary = this.#namesTarget(exchange) && target === undefined;
    const label = { name: nameOf(method, target), options, isPreliminary };
    if (this.#count++ >= MAX_LABELS) return label;
    const ofMethod = labels.get(method) ?? new Map<string | undefined, Label>();
    labels.set(method, ofMethod.set(target, label));
    return label;
  }

  #targetOf(exchange: Exchange): string | undefined {
    return this.#namesTarget(exchange) ? exchange.knownTarget : undefined;
  }

  #namesTarget({ method }: Exchange): boolean {
    return targetAttribute(method) !== undefined || (this.#uriInName && hasUri(method));
  }
}

function nameOf(method: string, target: string | undefined): string {
  return target === undefined ? method : `${method} ${target}`;
}

/** The attribute that carries the target of a method; undefined where the target is a URI or there is none. */
export function targetAttribute(method: string): string | undefined {
  if (method === "tools/call") return ATTRIBUTE.tool;
  return method === "prompts/get" ? ATTRIBUTE.prompt : undefined;
}

export function hasUri(method: string): boolean {
  switch (method) {
    case "resources/read":
    case "resources/subscribe":
    case "resources/unsubscribe":
    case "notifications/resources/updated":
      return true;
    default:
      return false;
  }
}

function startAttributes(exchange: Exchange): Attributes {
  const attributes: Attributes = { [ATTRIBUTE.method]: exchange.knownMethod ?? OTHER };
  const attribute = targetAttribute(exchange.method);
  if (attribute !== undefined && exchange.knownTarget !== undefined) attributes[attribute] = exchange.knownTarget;
  if (exchange.method === "tools/call") attributes[ATTRIBUTE.operation] = EXECUTE_TOOL;
  return attributes;
}
