import { setTimeout as pause } from "node:timers/promises";
import { type BackupStore, lastGoodBackup, listBackups, receiveBackup, removeBackup } from "@mcp-ops/backup";
import { type Log, messageOf } from "../../log.ts";
import type { SyncSource } from "./source.ts";
import type { StagedAge } from "./staged-age.ts";

/**
 * What came of a pull: a newer backup; the one that is here; one that is older than what is here, as when the newest has rotted there; one that is
 * not trusted or too large; nothing, for another reason.
 */
export type Pulled = "staged" | "current" | "older" | "refused" | "failed";

export interface SyncParts {
  readonly set: string;
  readonly trustedKeys: readonly string[];
  readonly maxBytes: number;
  readonly everyMs: number;
  /** Where it is staged, and nothing else is. */
  readonly store: BackupStore;
  readonly source: SyncSource;
  readonly age: StagedAge;
  readonly leads: () => boolean;
  readonly log: Log;
}

/** The first looks come quickly: a standby that has just started shall soon know how old its data are. */
const HURRIED_MS = 1_000;
const HURRIED = 10;
/** What will be the same the next time: somebody has to do something. */
const REFUSALS: ReadonlySet<unknown> = new Set(["BACKUP_NOT_TRUSTED", "BACKUP_TOO_LARGE"]);

/** Keeps the primary's newest good backup on this node while that is a standby. It stages it, and restores nothing. */
export class Sync implements AsyncDisposable {
  readonly pulls: Record<Pulled, number> = { staged: 0, current: 0, older: 0, refused: 0, failed: 0 };
  readonly #parts: SyncParts;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #staged: string | undefined;
  #trouble = "";

  constructor(parts: SyncParts) {
    this.#parts = parts;
  }

  /** For the API. */
  get view(): object {
    return {
      set: this.#parts.set,
      folder: this.#parts.store.folder,
      staged: this.#staged ?? null,
      trouble: this.trouble,
    };
  }

  /** Why the data are not brought up to date; empty when they are. */
  get trouble(): string {
    return this.#parts.leads() ? "" : this.#trouble;
  }

  lagMs(leads: boolean): Promise<number | undefined> {
    return this.#parts.age.lagMs(leads);
  }

  start(): void {
    this.#running = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#parts.source[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { set, store, everyMs, leads } = this.#parts;
    this.#staged = (await lastGoodBackup(store, set).catch(() => undefined))?.id;
    for (let looks = 1; !signal.aborted; looks++) {
      if (!leads()) await this.#once(signal);
      const isHurried = looks < HURRIED && this.pulls.staged + this.pulls.current === 0;
      const waitMs = isHurried ? Math.min(HURRIED_MS, everyMs) : everyMs;
      await pause(waitMs, undefined, { signal }).catch(() => {});
    }
  }

  async #once(signal: AbortSignal): Promise<void> {
    try {
      const pulled = await this.#pull(signal);
      this.#trouble = "";
      if (pulled !== undefined) this.pulls[pulled]++;
    } catch (error) {
      if (signal.aborted) return;
      this.pulls[REFUSALS.has((error as { code?: unknown }).code) ? "refused" : "failed"]++;
      this.#complain(messageOf(error));
    }
  }

  async #pull(signal: AbortSignal): Promise<Pulled | undefined> {
    const { set, trustedKeys, maxBytes, store, source, age, leads, log } = this.#parts;
    const askedAt = performance.now();
    const offered = await source.newest(set, signal);
    if (offered === undefined) return undefined;
    const { id, ageMs, open } = offered;
    if (id !== this.#staged && ageMs > ((await age.lagMs(false)) ?? Number.POSITIVE_INFINITY)) return "older";
    const options = { trust: { keys: trustedKeys }, maxBytes, signal };
    const done = await receiveBackup(store, open, { set, id }, options);
    // Whoever began to lead meanwhile has newer data.
    if (!leads()) await age.note(ageMs, askedAt);
    this.#staged = id;
    if (done === "there") return "current";
    log("info", "The primary's newest backup is staged.", { set, id, bytes: await bytesOf(store, set, id) });
    await forgetOthers(store, set, id);
    return "staged";
  }

  /** Said once, and not at each pull. */
  #complain(message: string): void {
    if (message !== this.#trouble) this.#parts.log("warn", `The data here are not brought up to date: ${message}`);
    this.#trouble = message;
  }
}

async function bytesOf(store: BackupStore, set: string, id: string): Promise<number | undefined> {
  return (await listBackups(store, set)).find(({ ref }) => ref.id === id)?.bytes;
}

/** The newest stays, and the one before. One of a later name is of another clock, and would be taken for the newest. */
async function forgetOthers(store: BackupStore, set: string, newest: string): Promise<void> {
  const ids = (await listBackups(store, set)).map(({ ref }) => ref.id);
  const before = ids.filter((id) => id < newest).at(-1);
  for (const id of ids.filter((one) => one !== newest && one !== before))
    await removeBackup(store, { set, id }, "sync: a newer one is staged");
}
