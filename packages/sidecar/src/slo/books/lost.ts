import type { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { type Ledger, shiftDay } from "@mcp-ops/cost";

/** Exchanges that ended and are in no figure, by day: the ledger forgets its days sooner than reports are asked for. */
export class LostBook {
  readonly #state: DatabaseSync;

  constructor(state: DatabaseSync) {
    this.#state = state;
  }

  /** Of days from `from` to `to`, with both. A day is read in some ten milliseconds, and others have their turn in between. */
  async note(ledger: Ledger, from: string, to: string, ended: AbortSignal): Promise<void> {
    for (let day = from; day <= to; day = shiftDay(day, 1)) {
      await setImmediate();
      ended.throwIfAborted();
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
