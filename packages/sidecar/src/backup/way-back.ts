import type { DatabaseSync } from "node:sqlite";
import { lastGoodBackup } from "@mcp-ops/backup";
import { restoreCommand } from "./restore-command.ts";
import type { Kept } from "./run.ts";

/**
 * The last good backup from before the alarms of a set: a later one may be complete, and hold the config that is broken. So it is taken
 * down when the first alarm begins, and kept over restarts until the last one has ended.
 */
export class WayBack {
  readonly #kept: Kept;
  readonly #state: DatabaseSync;
  readonly #where: readonly string[];
  #id: string | undefined;

  /** @param configFlags the options with which the command reads this config */
  constructor(kept: Kept, state: DatabaseSync, configFlags: readonly string[]) {
    this.#kept = kept;
    this.#state = state;
    this.#where = [...configFlags, ...folderFlags(kept)];
  }

  /** Of the backup; undefined when nothing is wrong, or there is no good one. */
  get id(): string | undefined {
    return this.#id;
  }

  /** Puts it back. */
  get command(): string | undefined {
    return this.#id && restoreCommand({ set: this.#kept.name, id: this.#id }, this.#where);
  }

  /** To be called when alarms begin or end, with whether any stands now. */
  async note(stands: boolean): Promise<void> {
    if (!stands) return this.#forget();
    this.#id ??= (await this.#recall()) ?? (await this.#lastGood());
    if (this.#id === undefined) return;
    const remember = "INSERT OR REPLACE INTO backup_way_back (set_name, id) VALUES (?, ?)";
    this.#state.prepare(remember).run(this.#kept.name, this.#id);
  }

  /** A history that cannot be read is a trouble of its own, and knows no way back. */
  async #lastGood(): Promise<string | undefined> {
    const { store, name } = this.#kept;
    const good = await lastGoodBackup(store, name).catch(() => undefined);
    return good?.id;
  }

  /** What was taken down before a restart, while it is there. */
  async #recall(): Promise<string | undefined> {
    const { name: set, store } = this.#kept;
    const row = this.#state.prepare("SELECT id FROM backup_way_back WHERE set_name = ?").get(set);
    if (row === undefined) return undefined;
    const id = String(row.id);
    return (await store.target.has({ set, id })) ? id : undefined;
  }

  #forget(): void {
    this.#id = undefined;
    this.#state.prepare("DELETE FROM backup_way_back WHERE set_name = ?").run(this.#kept.name);
  }
}

/** Where the backups lie must be said when it was a variable of the daemon's that said so: whoever types the command does not have it. */
function folderFlags({ store, place: { env } }: Kept): readonly string[] {
  const isByVariable = env.MCP_OPS_BACKUP__FOLDER !== undefined || env.STATE_DIRECTORY !== undefined;
  return isByVariable ? ["--folder", store.folder] : [];
}
