import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Plain data kept with the rows that were made of it. */
export class Memory {
  readonly #read: StatementSync;
  readonly #write: StatementSync;

  constructor(database: DatabaseSync) {
    this.#read = database.prepare("SELECT value FROM memory WHERE name = ?");
    this.#write = database.prepare("INSERT OR REPLACE INTO memory (name, value) VALUES (?, ?)");
  }

  read<Value>(name: string): Value | undefined {
    const row = this.#read.get(name);
    return row === undefined ? undefined : (JSON.parse(String(row.value)) as Value);
  }

  write(name: string, value: unknown): void {
    this.#write.run(name, JSON.stringify(value));
  }
}
