import { PROTOCOL_REVISIONS, REDACTED, type Redactor, redactor } from "@mcp-ops/formats";

/** Long enough for a sentence, too short for a document. */
const MAX_TEXT = 512;
const REVISIONS: ReadonlySet<string> = new Set(PROTOCOL_REVISIONS);
const USER_INFO = /^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i;

/** What may stand on a span of texts that somebody else chose. */
export class Texts {
  readonly #redact: Redactor;
  readonly #fullUris: boolean;

  constructor(redact: Redactor | undefined, resourceUri: "path" | "full") {
    this.#redact = redact ?? redactor({ maxBytes: MAX_TEXT });
    this.#fullUris = resourceUri === "full";
  }

  /** A name or message without secrets, cut to a bearable length. */
  plain(text: string): string {
    try {
      const clean = this.#redact(clamp(text));
      return typeof clean === "string" ? clean : REDACTED;
    } catch {
      // A redaction that fails lets nothing out.
      return REDACTED;
    }
  }

  /** A modern client writes what it likes into each request. */
  revision(revision: string): string {
    return REVISIONS.has(revision) ? revision : this.plain(revision);
  }

  uri(uri: string): string {
    const bare = clamp(uri).replace(USER_INFO, "$1");
    return this.plain(this.#fullUris ? bare : bare.replace(/[?#].*$/s, ""));
  }
}

/** For what the server itself chose, which only a broken one makes long. */
export function clamp(text: string): string {
  return text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
}
