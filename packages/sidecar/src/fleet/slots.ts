import type { DatabaseSync } from "node:sqlite";
import { inTransaction } from "../state/transaction.ts";

/**
 * A small number for each process, kept for its life and over restarts of the sidecar, then free for another. As a label it
 * tells processes of one name apart, and however many come and go, there are never more series than places.
 */
export class Slots {
  readonly #database: DatabaseSync;
  readonly #slots: Map<string, number>;

  constructor(database: DatabaseSync) {
    this.#database = database;
    const rows = database.prepare("SELECT boot_id, slot FROM fleet_slots").all();
    this.#slots = new Map(rows.map(({ boot_id, slot }) => [String(boot_id), Number(slot)]));
  }

  /** The slots of these processes, at most `max`; the others have none. Every other process gives its slot back. */
  assign(bootIds: readonly string[], max: number): ReadonlyMap<string, number> {
    const before = new Map(this.#slots);
    const present = new Set(bootIds);
    for (const [bootId, slot] of before) if (!present.has(bootId) || slot >= max) this.#slots.delete(bootId);
    const taken = new Set(this.#slots.values());
    const free = Array.from({ length: max }, (_, slot) => slot).filter((slot) => !taken.has(slot));
    for (const bootId of bootIds) {
      if (this.#slots.has(bootId)) continue;
      const slot = free.shift();
      if (slot === undefined) break;
      this.#slots.set(bootId, slot);
    }
    if (!same(before, this.#slots)) this.#keep();
    return this.#slots;
  }

  /** A disk that is full costs the order after the next restart, not the page. */
  #keep(): void {
    try {
      inTransaction(this.#database, () => {
        this.#database.exec("DELETE FROM fleet_slots");
        const insert = this.#database.prepare("INSERT INTO fleet_slots (boot_id, slot) VALUES (?, ?)");
        for (const [bootId, slot] of this.#slots) insert.run(bootId, slot);
      });
    } catch {}
  }
}

function same(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  return a.size === b.size && [...a].every(([bootId, slot]) => b.get(bootId) === slot);
}
