import { createHmac } from "node:crypto";
import type { AuditFields, ExchangeFields, Redactor } from "@mcp-ops/formats";
import { redactor } from "@mcp-ops/formats";
import type { Entry, ExchangeEntry } from "./entry.ts";

/** How entries become records: in the writer's thread, or where copies are made. */
export interface RecordStyle {
  readonly component: string | undefined;
  /** With a key, persons are written as pseudonyms. */
  readonly pseudonymKey: Uint8Array | undefined;
}

const TARGET_BYTES = 1024;
const NAME_BYTES = 256;
const REMEMBERED = 2000;

/** Turns entries into the fields of records: bounds them, takes out secrets, puts pseudonyms for persons. */
export class RecordMaker {
  readonly #style: RecordStyle;
  readonly #names = new Memory(redactor({ maxBytes: NAME_BYTES }));
  readonly #targets = new Memory(redactor({ maxBytes: TARGET_BYTES }));
  readonly #persons: Memory;

  constructor(style: RecordStyle) {
    this.#style = style;
    const { pseudonymKey } = style;
    this.#persons = new Memory(pseudonymKey === undefined ? bounded : (text) => pseudonym(pseudonymKey, String(text)));
  }

  fieldsOf(entry: Entry): AuditFields {
    return "noted" in entry ? entry.noted : this.#exchangeFields(entry);
  }

  #exchangeFields(entry: ExchangeEntry): ExchangeFields {
    const { more } = entry;
    const name = (text: string | undefined) => (text === undefined ? undefined : this.#names.of(text));
    const person = (text: string | undefined) => (text === undefined ? undefined : this.#persons.of(text));
    const target = entry.target === undefined ? undefined : this.#targets.of(entry.target);
    const fields: Loose<ExchangeFields> = {
      event: entry.event,
      outcome: entry.outcome,
      subject: {
        principal: person(more?.principal ?? entry.principal),
        delegation: more?.delegation?.map((text) => this.#persons.of(text)),
        client:
          entry.clientName === undefined
            ? undefined
            : { name: this.#names.of(entry.clientName), version: name(entry.clientVersion) },
        session: person(entry.session),
      },
      source: {
        transport: entry.transport,
        direction: entry.direction,
        revision: name(entry.revision),
        userAgent: name(entry.userAgent),
        host: name(entry.host),
        origin: name(entry.origin),
      },
      component: this.#style.component,
      operation: {
        method: this.#names.of(entry.method),
        target,
        known: entry.known,
        requestId: typeof entry.requestId === "string" ? this.#names.of(entry.requestId) : entry.requestId,
      },
      resources: more?.resources?.map((uri) => this.#targets.of(uri)) ?? resourcesOf(entry, target),
      purpose: name(more?.purpose),
      requestBytes: entry.requestBytes,
      responseBytes: entry.responseBytes,
      durationMs: Math.round(entry.durationMs * 1000) / 1000,
      trace:
        entry.traceId === undefined
          ? undefined
          : { traceId: entry.traceId, spanId: entry.spanId as string, sampled: entry.sampled },
      error: errorOf(entry),
      request: more?.request,
      response: more?.response,
    };
    return fields as ExchangeFields;
  }
}

/** JSON leaves out what is undefined. */
type Loose<T> = { [K in keyof T]: T[K] extends object | undefined ? Loose<T[K]> | undefined : T[K] | undefined };

function errorOf({ errorClass, category, code, httpStatus, gate }: ExchangeEntry): Loose<ExchangeFields>["error"] {
  if (errorClass === undefined && gate === undefined) return undefined;
  return { class: errorClass ?? "answered_by_gate", category, code, httpStatus, gate };
}

function resourcesOf({ method }: ExchangeEntry, target: string | undefined): readonly string[] | undefined {
  return target !== undefined && method.startsWith("resources/") ? [target] : undefined;
}

/** Keyed, so that nobody without the key can try names; and nobody at all once the key is destroyed. */
export function pseudonym(key: Uint8Array, name: string): string {
  return `p:${createHmac("sha256", key).update(name).digest("base64url").slice(0, 27)}`;
}

function bounded(text: unknown): string {
  return String(text).slice(0, NAME_BYTES);
}

/** Names come again and again; what was made of them is remembered, the oldest forgotten. */
class Memory {
  readonly #make: Redactor;
  readonly #made = new Map<string, string>();

  constructor(make: Redactor) {
    this.#make = make;
  }

  of(text: string): string {
    const known = this.#made.get(text);
    if (known !== undefined) return known;
    if (this.#made.size >= REMEMBERED) this.#made.clear();
    const made = String(this.#make(text));
    this.#made.set(text, made);
    return made;
  }
}
