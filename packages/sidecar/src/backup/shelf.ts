import type { BigIntStats } from "node:fs";
import { stat } from "node:fs/promises";
import { type BackupInfo, type BackupStatus, type BackupStore, backupStatus, listBackups } from "@mcp-ops/backup";

/** What the disk has of a set. */
export interface Shelved {
  readonly status: BackupStatus;
  /** Oldest first. */
  readonly backups: readonly BackupInfo[];
}

/**
 * The backups of a set, read from the disk, since the command makes and restores some, too. They are read again only when something
 * there has changed: a history of years takes a second to read, and whoever reaches the probes may ask for it all the time.
 */
export class Shelf {
  readonly #store: BackupStore;
  readonly #set: string;
  #last: { readonly stamp: string; readonly shelved: Shelved } | undefined;

  constructor(store: BackupStore, set: string) {
    this.#store = store;
    this.#set = set;
  }

  /** @throws BACKUP_CHAIN_BROKEN */
  async read(): Promise<Shelved> {
    // Taken before the reading: what changes meanwhile is found the next time.
    const stamp = await this.#stamp();
    if (this.#last?.stamp === stamp) return this.#last.shelved;
    const backups = await listBackups(this.#store, this.#set);
    const shelved = { backups, status: await backupStatus(this.#store, this.#set) };
    this.#last = { stamp, shelved };
    return shelved;
  }

  /** The folder changes with each backup that comes or goes, its history grows, and its state is another file each time. */
  async #stamp(): Promise<string> {
    const places = ["", "chain.jsonl", "state.json"].map((name) => this.#store.file(this.#set, name));
    return (await Promise.all(places.map(stampOf))).join();
  }
}

async function stampOf(path: string): Promise<string> {
  return stat(path, { bigint: true }).then(
    ({ ino, size, mtimeNs, ctimeNs }: BigIntStats) => `${ino} ${size} ${mtimeNs} ${ctimeNs}`,
    (error: NodeJS.ErrnoException) => String(error.code),
  );
}
