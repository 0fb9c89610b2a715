import type { DatabaseSync } from "node:sqlite";
import type { Ledger } from "@mcp-ops/cost";

/** Exchanges that ended and are in no figure, by day: the ledger forgets its days sooner than reports are asked for. */
export class LostBook {
  readonly #state: DatabaseSync;

  constructor(state: DatabaseSync) {
    this.#state = state;
  }

  note(ledger: Ledger, days: readonly string[]): void {
    for (const day of days) {
      const counts = Object.values(ledger.day(day)?.lost ?? {});
      const count = counts.reduce((sum, one) => sum + one, 0);
      if (count === 0) continue;
      this.#state.prepare("INSERT OR REPLACE INTO slo_lost (day, count) VALUES (?, ?)").run(day, count);
    }
  }

  /** Of days from `from` on and before `to`. */
  sum(from: string, to: string): number {
    const row = this.#state
      .prepare("SELECT COALESCE(SUM(count), 0) AS count FROM slo_lost WHERE day >= ? AND day < ?")
      .get(from, to);
    return Number(row?.count);
  }

  prune(keptDays: string): void {
    this.#state.prepare("DELETE FROM slo_lost WHERE day < ?").run(keptDays);
  }
}
