import { follow, type PathTree, pathTree } from "./json-path.ts";
import { REDACTED, type TextPattern, withoutSecrets } from "./secrets-in-text.ts";

export interface RedactOptions {
  /** Names of members whose values are taken out wherever they occur, besides the built-in ones. Case, `-` and `_` do not count. */
  readonly keys?: readonly string[];
  /** What is taken out of texts, besides the built-in patterns. Each must be global (`/…/g`). */
  readonly patterns?: readonly TextPattern[];
  /** JSON paths of members that are taken out: `$.arguments.card`, `items[*].ssn`. */
  readonly paths?: readonly string[];
  /** About this much JSON comes out at most (UTF-8); the rest reads `[truncated]`. */
  readonly maxBytes?: number;
  /** Deeper than this reads `[too deep]`. */
  readonly maxDepth?: number;
}

/** One screen of JSON: enough to see what was asked, too little to copy a document. */
export const DEFAULT_REDACT_MAX_BYTES = 4096;
/** No tool of this world nests its arguments deeper by hand. */
export const DEFAULT_REDACT_MAX_DEPTH = 12;

/** Gives a plain copy of a JSON value (or a text) without secrets, bounded in size and depth. Never throws for odd values. */
export type Redactor = (value: unknown) => unknown;

/** The built-in rules cannot be turned off: `requestState`, tokens, keys and `Mcp-Param-*` never come out. */
export function redactor(options: RedactOptions = {}): Redactor {
  const { keys = [], patterns = [], paths = [] } = options;
  const rules: Rules = {
    keys: new Set(keys.map(plainName)),
    patterns: patterns.map((pattern) => (pattern.global ? pattern : new RegExp(pattern.source, `${pattern.flags}g`))),
    maxDepth: options.maxDepth ?? DEFAULT_REDACT_MAX_DEPTH,
  };
  const roots = paths.length === 0 ? NOWHERE : [pathTree(paths)];
  const maxBytes = options.maxBytes ?? DEFAULT_REDACT_MAX_BYTES;
  return (value) => new Copy(rules, maxBytes).of(value, roots, 0);
}

interface Rules {
  readonly keys: ReadonlySet<string>;
  readonly patterns: readonly TextPattern[];
  readonly maxDepth: number;
}

const NOWHERE: readonly PathTree[] = [];
const TRUNCATED = "[truncated]";
const TOO_DEEP = "[too deep]";
/** Looked at beyond what may come out, so that a secret across the edge is recognised. */
const MARGIN = 512;

/** One value being copied; what is left of its bytes bounds the time as well. */
class Copy {
  readonly #rules: Rules;
  #left: number;

  constructor(rules: Rules, maxBytes: number) {
    this.#rules = rules;
    this.#left = maxBytes;
  }

  of(value: unknown, nodes: readonly PathTree[], depth: number): unknown {
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "number":
        return this.#number(value);
      case "boolean":
        this.#left -= 5;
        return value;
      case "bigint":
        return this.#text(String(value));
      case "object":
        return value === null ? this.#null() : this.#object(value, nodes, depth);
      default:
        return undefined;
    }
  }

  #null(): null {
    this.#left -= 4;
    return null;
  }

  #number(value: number): number | string {
    this.#left -= 8;
    const text = String(value);
    const clean = text.length < 13 ? text : withoutSecrets(text, this.#rules.patterns);
    return clean === text ? value : clean;
  }

  #text(text: string): string {
    const room = Math.max(0, this.#left - 2);
    const cut = text.length > room;
    const seen = cut ? text.slice(0, room + MARGIN) : text;
    const clean = withoutSecrets(seen, this.#rules.patterns);
    const kept = cut ? clean.slice(0, Math.max(0, Math.min(room, clean.length - MARGIN))) : clean;
    const fitting = fit(kept, room);
    this.#left -= 2 + Math.max(Math.min(seen.length, room), bytesOf(fitting));
    return cut || fitting.length < kept.length ? wholeCharacters(fitting) + TRUNCATED : fitting;
  }

  #object(value: object, nodes: readonly PathTree[], depth: number): unknown {
    if (value instanceof Date) return this.#text(Number.isNaN(value.valueOf()) ? "" : value.toISOString());
    if (depth >= this.#rules.maxDepth) return this.#text(TOO_DEEP);
    this.#left -= 2;
    return Array.isArray(value) ? this.#array(value, nodes, depth) : this.#members(value, nodes, depth);
  }

  #array(items: readonly unknown[], nodes: readonly PathTree[], depth: number): unknown[] {
    const copy: unknown[] = [];
    for (let i = 0; i < items.length; i++) {
      if (this.#left <= 0) return [...copy, TRUNCATED];
      this.#left--;
      const here = follow(nodes, String(i));
      copy.push(here.some(({ ends }) => ends) ? this.#redacted() : (this.of(items[i], here, depth + 1) ?? null));
    }
    return copy;
  }

  #members(value: object, nodes: readonly PathTree[], depth: number): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const name of Object.keys(value)) {
      if (this.#left <= 0) return Object.assign(copy, { [TRUNCATED]: true });
      const plain = plainName(name);
      this.#left -= 2;
      if (isDropped(plain)) continue;
      const here = follow(nodes, name);
      const out = isSecretName(plain) || this.#rules.keys.has(plain) || here.some(({ ends }) => ends);
      const member = out ? this.#redacted() : this.of((value as Record<string, unknown>)[name], here, depth + 1);
      // A name may be a secret too. `__proto__` must become a member, not the prototype.
      if (member !== undefined) Object.defineProperty(copy, this.#text(name), { value: member, ...PLAIN });
    }
    return copy;
  }

  #redacted(): string {
    this.#left -= REDACTED.length + 2;
    return REDACTED;
  }
}

const PLAIN = { enumerable: true, configurable: true, writable: true } as const;

/** Names are compared by their letters and digits only. A name longer than this is no name. */
function plainName(name: string): string {
  return name
    .slice(0, 128)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "");
}

/** Left out altogether: the protocol's own carriers of secrets (MCP 2026-07-28, patterns/mrtr and transports). */
function isDropped(plain: string): boolean {
  return plain === "requeststate" || plain.startsWith("mcpparam");
}

const SECRET_PART =
  /password|passwd|passphrase|secret|apikey|accesskey|privatekey|signingkey|encryptionkey|authorization|cookie|credential|bearer|assertion|codeverifier|cardnumber|creditcard|securitycode|mnemonic/;
const SECRET_NAMES = new Set("auth pwd pin cvv cvc cvv2 ssn otp totp pan sig jwt token passcode".split(" "));

/** `maxTokens` counts, `accessToken` opens doors; `progressToken` is the protocol's number for a call. */
function isSecretName(plain: string): boolean {
  if (SECRET_NAMES.has(plain) || SECRET_PART.test(plain)) return true;
  return plain.endsWith("token") && plain !== "progresstoken";
}

function bytesOf(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) bytes += unit < 0x800 ? 1 : 2;
  }
  return bytes;
}

/** The beginning of the text that takes at most this many bytes. */
function fit(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes || bytesOf(text) <= maxBytes) return text;
  let bytes = 0;
  let end = 0;
  while (end < text.length) {
    const unit = text.charCodeAt(end);
    bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    if (bytes > maxBytes) break;
    end++;
  }
  return text.slice(0, end);
}

/** Without half a surrogate pair at its end. */
function wholeCharacters(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}
