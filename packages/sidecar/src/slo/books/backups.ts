import type { DatabaseSync } from "node:sqlite";
import type { BackupMonth } from "@mcp-ops/slo";
import { backupStoreOf, type Place } from "../../backup/open-set.ts";
import type { BackupSettings } from "../../backup/settings.ts";
import { Shelf, type Shelved } from "../../backup/shelf.ts";
import { inTransaction } from "../../state/transaction.ts";

/** What became of every backup. Retention removes the backups themselves, and a report about their month must still know of them. */
export class BackupBook {
  readonly #state: DatabaseSync;
  /** By folder and set. */
  readonly #shelves = new Map<string, Shelf>();

  constructor(state: DatabaseSync) {
    this.#state = state;
  }

  /** Looks at the disk, so backups that were made by hand are seen, too. A set whose history cannot be read is left out: its duty tells of it. */
  async look(settings: BackupSettings, place: Place): Promise<void> {
    const store = backupStoreOf(settings, place);
    for (const set of Object.keys(settings.sets)) {
      const key = store.file(set, "");
      const shelf = this.#shelves.get(key) ?? new Shelf(store, set);
      this.#shelves.set(key, shelf);
      const shelved = await shelf.read().catch(() => undefined);
      if (shelved !== undefined) inTransaction(this.#state, () => this.#note(set, shelved));
    }
  }

  /** By set; `from` and `to` are ISO 8601 in UTC, and `to` is not in it. */
  month(from: string, to: string): readonly BackupMonth[] {
    const rows = this.#state
      .prepare(
        `SELECT set_name, SUM(result = 'complete') AS complete, SUM(result = 'partial') AS partial, SUM(result = 'failed') AS failed,
           COUNT(verified_at) AS verified, MAX(verified_at) AS last_verified
         FROM slo_backups WHERE at >= ? AND at < ? GROUP BY set_name ORDER BY set_name`,
      )
      .all(from, to);
    return rows.map(({ set_name, complete, partial, failed, verified, last_verified }) => ({
      ...{ set: String(set_name), complete: Number(complete), partial: Number(partial), failed: Number(failed) },
      ...{ verified: Number(verified), lastVerifiedAt: last_verified === null ? undefined : String(last_verified) },
    }));
  }

  prune(keptFrom: string): void {
    this.#state.prepare("DELETE FROM slo_backups WHERE at < ?").run(keptFrom);
  }

  #note(set: string, { backups, status: { lastAttempt } }: Shelved): void {
    for (const { atMs, result, verifiedAtMs } of backups) this.#write(set, atMs, result, verifiedAtMs);
    // One that failed has left nothing but this, until the next.
    if (lastAttempt?.result === "failed") this.#write(set, Date.parse(lastAttempt.at), "failed", undefined);
  }

  #write(set: string, atMs: number, result: string, verifiedAtMs: number | undefined): void {
    const verified = verifiedAtMs === undefined ? null : new Date(verifiedAtMs).toISOString();
    this.#state
      .prepare(
        `INSERT INTO slo_backups (set_name, at, result, verified_at) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET verified_at = COALESCE(excluded.verified_at, verified_at)`,
      )
      .run(set, new Date(atMs).toISOString(), result, verified);
  }
}
