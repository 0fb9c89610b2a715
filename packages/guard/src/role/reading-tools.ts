import type { Exchange, Outcome } from "@mcp-ops/exchange";

/** More tools than any server has; what comes beyond counts as changing something. */
const MAX_TOOLS = 10_000;

/** Which tools only read: those the configuration names, and where it trusts servers those that say so (`readOnlyHint`) in the lists that pass. */
export class ReadingTools {
  readonly #named: ReadonlySet<string>;
  readonly #hinted = new Set<string>();

  constructor(named: readonly string[]) {
    this.#named = new Set(named);
  }

  has({ server }: Pick<Exchange, "server">, tool: string): boolean {
    return this.#named.has(tool) || this.#hinted.has(keyOf(server, tool));
  }

  /** Learns the hints from a list of tools. */
  saw({ method, direction, server }: Exchange, outcome: Outcome): void {
    if (method !== "tools/list" || direction !== "inbound" || outcome.kind !== "result") return;
    const { tools } = outcome.result;
    for (const tool of Array.isArray(tools) ? tools : []) this.#learn(server, tool as Listed);
  }

  #learn(server: string, { name, annotations }: Listed): void {
    const key = keyOf(server, String(name));
    if (annotations?.readOnlyHint !== true) this.#hinted.delete(key);
    else if (this.#hinted.size < MAX_TOOLS) this.#hinted.add(key);
  }
}

interface Listed {
  readonly name?: unknown;
  readonly annotations?: { readonly readOnlyHint?: unknown };
}

function keyOf(server: string, tool: string): string {
  return JSON.stringify([server, tool]);
}
