import type { DatabaseSync } from "node:sqlite";
import type { ConfigToWatch, ConfigWatch } from "@mcp-ops/backup";
import { inTransaction } from "../state/transaction.ts";

/** The servers each config of a set had, so that what was lost while nobody watched raises an alarm, too. */
export class KnownServers {
  readonly #state: DatabaseSync;
  readonly #set: string;

  constructor(state: DatabaseSync, set: string) {
    this.#state = state;
    this.#set = set;
  }

  /** The configs, with what is known of them. */
  recall(configs: readonly ConfigToWatch[]): readonly ConfigToWatch[] {
    const rows = this.#state
      .prepare("SELECT path, servers FROM backup_known_servers WHERE set_name = ?")
      .all(this.#set);
    const known = new Map(rows.map(({ path, servers }) => [path, JSON.parse(String(servers)) as readonly string[]]));
    return configs.map((config) => ({ ...config, known: known.get(config.path) }));
  }

  /** Takes note of what a watch knows now, and forgets files it does not watch. */
  note({ known }: Pick<ConfigWatch, "known">): void {
    inTransaction(this.#state, () => {
      this.#state.prepare("DELETE FROM backup_known_servers WHERE set_name = ?").run(this.#set);
      const insert = this.#state.prepare("INSERT INTO backup_known_servers (set_name, path, servers) VALUES (?, ?, ?)");
      for (const [path, servers] of known) insert.run(this.#set, path, JSON.stringify(servers));
    });
  }
}
