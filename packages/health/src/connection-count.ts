import type { ConnectionObserver } from "@mcp-ops/exchange";
import type { ConnectionDetails } from "@mcp-ops/formats";

/** Counts the connections that are open. */
export class ConnectionCount {
  readonly #open = new Map<string, number>();

  readonly observer: ConnectionObserver = (_connection, kind, ended) => {
    this.#add(kind, 1);
    void ended.then(() => this.#add(kind, -1));
  };

  details(): ConnectionDetails {
    let open = 0;
    for (const count of this.#open.values()) open += count;
    return { open, byKind: Object.fromEntries(this.#open) };
  }

  #add(kind: string, count: number): void {
    this.#open.set(kind, (this.#open.get(kind) ?? 0) + count);
  }
}
