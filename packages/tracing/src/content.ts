import type { Exchange, Outcome } from "@mcp-ops/exchange";
import { type Redactor, redactor } from "@mcp-ops/formats";
import type { Span } from "@opentelemetry/api";
import { ATTRIBUTE } from "./attributes.ts";
import { type ContentOptions, DEFAULT_CONTENT_MAX_BYTES } from "./options.ts";

/** Records what a tool was given and what it gave, once the operator has asked for it. */
export class Content {
  readonly #redact: Redactor;
  readonly #maxBytes: number;

  constructor({ redact, maxBytes = DEFAULT_CONTENT_MAX_BYTES }: ContentOptions) {
    this.#redact = redact ?? redactor({ maxBytes });
    this.#maxBytes = maxBytes;
  }

  /** To be called before the tool runs: it may change its arguments. */
  question(span: Span, exchange: Exchange): void {
    if (exchange.method !== "tools/call") return;
    this.#put(span, ATTRIBUTE.toolArguments, exchange.params?.arguments);
  }

  /** Only what the tool says. `requestState` and `_meta` are the protocol's, and may hold secrets. */
  answer(span: Span, exchange: Exchange, outcome: Outcome): void {
    if (exchange.method !== "tools/call" || outcome.kind !== "result" || outcome.type !== "complete") return;
    const { content, structuredContent } = outcome.result;
    this.#put(span, ATTRIBUTE.toolResult, { content, structuredContent });
  }

  #put(span: Span, attribute: string, value: unknown): void {
    if (value === undefined) return;
    const text = this.#textOf(value);
    if (text !== undefined) span.setAttribute(attribute, cut(text, this.#maxBytes));
  }

  /** A redaction that fails lets nothing out. */
  #textOf(value: unknown): string | undefined {
    try {
      return JSON.stringify(this.#redact(value));
    } catch {
      return undefined;
    }
  }
}

function cut(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  // Cutting inside a character leaves U+FFFD.
  return bytes
    .subarray(0, maxBytes)
    .toString()
    .replace(/\uFFFD+$/, "");
}
