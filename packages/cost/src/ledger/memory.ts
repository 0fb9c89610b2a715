import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Plain data kept with the rows that were made of it. */
export class Memory {
  readonly #read: StatementSync;
  readonly #write: StatementSync;
  readonly #remove: StatementSync;

  constructor(database: DatabaseSync) {
    this.#read = database.prepare("SELECT value FROM memory WHERE name = ?");
    this.#write = database.prepare("INSERT OR REPLACE INTO memory (name, value) VALUES (?, ?)");
    this.#remove = database.prepare("DELETE FROM memory WHERE name = ?");
  }

  read<Value>(name: string): Value | undefined {
    const row = this.#read.get(name);
    return row === undefined ? undefined : (JSON.parse(String(row.value)) as Value);
  }

  write(name: string, value: unknown): void {
    this.#write.run(name, JSON.stringify(value));
  }

  forget(...names: readonly string[]): void {
    for (const name of names) this.#remove.run(name);
  }
}
