import { join } from "node:path";
import { appendToChain, type Chain, readChain } from "../chain/chain.ts";
import { locked } from "../disk/lock.ts";
import { LocalTarget } from "../targets/local.ts";
import type { BackupRef } from "../targets/target.ts";
import { readState } from "./state.ts";

/** The folder in which this machine keeps its backups, with the history of each set. */
export class BackupStore {
  readonly folder: string;
  readonly target: LocalTarget;

  constructor(folder: string) {
    this.folder = folder;
    this.target = new LocalTarget(folder);
  }

  /**
   * Runs `work` as the only one that changes this set, after what killed runs have left is put right.
   * @throws BACKUP_BUSY, BACKUP_CHAIN_BROKEN
   */
  locked<T>(set: string, work: () => Promise<T>): Promise<T> {
    return locked(this.file(set, ".lock"), async () => {
      await this.target.sweep(set);
      await this.#settle(set);
      return work();
    });
  }

  chain(set: string): Promise<Chain> {
    return readChain(this.#chainFile(set));
  }

  /** The chain first, since a backup that is visible must be in it; a kill between the two is settled by the next run. */
  async add(ref: BackupRef, staging: string, made: Made): Promise<void> {
    await appendToChain(this.#chainFile(ref.set), { event: "made", at: now(), id: ref.id, ...made });
    await this.target.moveIn(ref, staging);
  }

  /** The tombstone first. Call it under the lock. */
  async remove(ref: BackupRef, reason: string): Promise<void> {
    await this.#bury(ref, reason);
    await this.target.remove(ref);
  }

  file(set: string, name: string): string {
    return join(this.target.setFolder(set), name);
  }

  /** Only the last line can be ahead of the folder: each run settles before it begins. */
  async #settle(set: string): Promise<void> {
    const last = (await this.chain(set)).lines.at(-1);
    if (last === undefined) return;
    const ref = { set, id: last.id };
    if (last.event === "removed") await this.target.remove(ref);
    else if (!(await this.target.has(ref)) && !(await this.#wasThere(ref)))
      await this.#bury(ref, "its run was killed before it was in place");
  }

  /** What was verified after its run was there, so that somebody has taken it away: `verifySet` shall tell of it. */
  async #wasThere({ set, id }: BackupRef): Promise<boolean> {
    return id in (await readState(this, set)).verified;
  }

  #bury({ set, id }: BackupRef, reason: string): Promise<void> {
    return appendToChain(this.#chainFile(set), { event: "removed", at: now(), id, reason });
  }

  #chainFile(set: string): string {
    return this.file(set, "chain.jsonl");
  }
}

interface Made {
  readonly manifest: string;
  readonly result: "complete" | "partial";
  readonly bytes: number;
  readonly files: number;
}

function now(): string {
  return new Date().toISOString();
}
