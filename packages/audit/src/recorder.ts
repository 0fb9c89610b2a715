import type { Exchange, Outcome } from "@mcp-ops/exchange";
import { type Redactor, redactor, type TransitionFields } from "@mcp-ops/formats";
import type { Copies } from "./copies.ts";
import { type Entry, entryOf, type More } from "./entry.ts";
import type { AuditOptions } from "./options.ts";
import type { RecordQueue, Waiter } from "./queue.ts";

const MAX_LIST = 16;
const MAX_CHARS = 512;

/** Sees to it that every exchange has one record, or is counted. Nothing here throws. */
export class Recorder {
  readonly #options: AuditOptions;
  readonly #queue: RecordQueue | undefined;
  readonly #copies: Copies | undefined;
  readonly #onFault: (error: unknown) => void;
  readonly #redact: Redactor | undefined;
  readonly #hasMore: boolean;
  excluded = 0;
  /** Exchanges whose record could not even be built. */
  failed = 0;

  constructor(
    options: AuditOptions,
    queue: RecordQueue | undefined,
    copies: Copies | undefined,
    onFault: (error: unknown) => void,
  ) {
    const { subject, purpose, resources, bodies } = options;
    this.#options = options;
    this.#queue = queue;
    this.#copies = copies;
    this.#onFault = onFault;
    this.#redact = bodies === undefined ? undefined : redactor(bodies);
    this.#hasMore = [subject, purpose, resources, bodies].some((option) => option !== undefined);
  }

  /** False when there is nothing to wait for: no record, or no room for it. */
  record(exchange: Exchange, outcome: Outcome, waiter?: Waiter): boolean {
    const entry = this.#entry(exchange, outcome);
    if (entry === undefined) return false;
    this.#copies?.push(entry);
    return this.#queue?.push(entry, waiter) ?? false;
  }

  note(noted: TransitionFields): void {
    const entry = { at: Date.now(), server: this.#options.server, noted };
    this.#copies?.push(entry);
    this.#queue?.push(entry);
  }

  #entry(exchange: Exchange, outcome: Outcome): Entry | undefined {
    try {
      if (this.#options.include?.(exchange) === false) {
        this.excluded++;
        return undefined;
      }
      return entryOf(exchange, outcome, this.#hasMore ? this.#more(exchange, outcome) : undefined, Date.now());
    } catch (error) {
      this.failed++;
      this.#queue?.drop(1);
      this.#onFault(error);
      return undefined;
    }
  }

  #more(exchange: Exchange, outcome: Outcome): More {
    const { subject, purpose, resources } = this.#options;
    const who = this.#ask(() => subject?.(exchange));
    const redact = this.#redact;
    return {
      principal: text(who?.principal),
      delegation: texts(who?.delegation),
      purpose: text(this.#ask(() => purpose?.(exchange))),
      resources: texts(this.#ask(() => resources?.(exchange, outcome))),
      request: redact?.(exchange.params),
      response: redact?.(bodyOf(outcome)),
    };
  }

  /** A resolver that fails costs its field, not the record. */
  #ask<T>(resolve: () => T): T | undefined {
    try {
      return resolve();
    } catch (error) {
      this.#onFault(error);
      return undefined;
    }
  }
}

function bodyOf(outcome: Outcome): unknown {
  if (outcome.kind === "result") return outcome.result;
  return outcome.kind === "error" ? { code: outcome.code, message: outcome.message } : undefined;
}

/** Resolvers are the operator's code in JavaScript: what they give is not always what their type says. */
function text(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value).slice(0, MAX_CHARS);
}

function texts(values: unknown): readonly string[] | undefined {
  return Array.isArray(values)
    ? values.slice(0, MAX_LIST).map((value) => String(value).slice(0, MAX_CHARS))
    : undefined;
}
