import type { DatabaseSync } from "node:sqlite";
import type { NodeMemory } from "@mcp-ops/failover";

/** What a node must know again after a restart, in the embedded state. */
export class Memory {
  readonly #state: DatabaseSync;
  readonly #group: string;
  readonly #node: string;

  constructor(state: DatabaseSync, group: string, node: string) {
    this.#state = state;
    this.#group = group;
    this.#node = node;
  }

  read(): NodeMemory | undefined {
    const row = this.#state
      .prepare("SELECT highest_token, paused FROM failover_memory WHERE group_name = ? AND node = ?")
      .get(this.#group, this.#node);
    if (row === undefined) return undefined;
    return { highestToken: BigInt(String(row.highest_token)), paused: row.paused === 1 };
  }

  /** On the disk when this returns: the rest of the state may be written later, a token may not. */
  write({ highestToken, paused }: NodeMemory): void {
    this.#state.exec("PRAGMA synchronous = FULL");
    try {
      this.#state
        .prepare("INSERT OR REPLACE INTO failover_memory (group_name, node, highest_token, paused) VALUES (?, ?, ?, ?)")
        .run(this.#group, this.#node, String(highestToken), paused ? 1 : 0);
    } finally {
      this.#state.exec("PRAGMA synchronous = NORMAL");
    }
  }
}
