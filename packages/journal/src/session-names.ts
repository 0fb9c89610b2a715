import { createHash } from "node:crypto";

const MAX_REMEMBERED = 1000;

/** The names sessions have in a journal: whoever reads one must not be able to join the session. */
export class SessionNames {
  readonly #names = new Map<string, string>();

  /** First 12 hex digits of the SHA-256 of the session's id. */
  of(session: string): string {
    let name = this.#names.get(session);
    if (name !== undefined) return name;
    name = createHash("sha256").update(session).digest("hex").slice(0, 12);
    if (this.#names.size >= MAX_REMEMBERED) this.#names.clear();
    this.#names.set(session, name);
    return name;
  }
}
