import type { Exchange, Outcome } from "@mcp-ops/exchange";
import { type Span, SpanStatusCode } from "@opentelemetry/api";
import { ATTRIBUTE } from "./attributes.ts";
import type { Ending } from "./ending.ts";
import { hasUri, targetAttribute } from "./label.ts";
import { networkOf } from "./network.ts";
import { clamp, type Texts } from "./texts.ts";

/** Puts on a recording span what is known once the exchange has ended, which is all there is to know. */
export function describeSpan(span: Span, exchange: Exchange, outcome: Outcome, ending: Ending, texts: Texts): void {
  const { revision } = exchange;
  describeQuestion(span, exchange, texts);
  const { transport, protocol } = networkOf(exchange.transport);
  if (revision !== undefined) span.setAttribute(ATTRIBUTE.protocolVersion, texts.revision(revision));
  set(span, ATTRIBUTE.session, exchange.session);
  set(span, ATTRIBUTE.networkTransport, transport);
  set(span, ATTRIBUTE.networkProtocol, protocol);
  describeOutcome(span, outcome, ending, texts);
}

function describeQuestion(span: Span, exchange: Exchange, texts: Texts): void {
  const { id, method, target } = exchange;
  if (id !== undefined) span.setAttribute(ATTRIBUTE.requestId, typeof id === "string" ? texts.plain(id) : String(id));
  if (exchange.knownMethod === undefined) span.setAttribute(ATTRIBUTE.method, texts.plain(method));
  if (target === undefined) return;
  if (hasUri(method)) span.setAttribute(ATTRIBUTE.resourceUri, texts.uri(target));
  const attribute = targetAttribute(method);
  if (attribute === undefined) return;
  span.setAttribute(attribute, exchange.knownTarget ?? texts.plain(target));
}

function describeOutcome(span: Span, outcome: Outcome, ending: Ending, texts: Texts): void {
  const { errorType } = ending;
  if (outcome.kind === "error" && outcome.code !== undefined) set(span, ATTRIBUTE.statusCode, String(outcome.code));
  if (outcome.kind === "result" && outcome.type !== "complete") {
    span.setAttribute(ATTRIBUTE.resultType, texts.plain(outcome.type));
  }
  set(span, ATTRIBUTE.gate, outcome.gate);
  if (errorType === undefined) return;
  span.setAttribute(ATTRIBUTE.errorType, errorType);
  const message = outcome.kind === "error" && outcome.message !== "" ? texts.plain(outcome.message) : undefined;
  span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) });
}

function set(span: Span, name: string, value: string | undefined): void {
  if (value !== undefined) span.setAttribute(name, clamp(value));
}
