import type { ConfigWatch } from "@mcp-ops/backup";
import { type CreateOutcome, createOne } from "./create.ts";
import type { ChosenSet } from "./sets.ts";

/** A restore or another backup holds the set; it is tried again so soon. */
const BUSY_MS = 1_000;

/** Saves a set after changes: one backup at a time; what changes meanwhile, or too soon, leads to one more. */
export class ChangeBackups implements AsyncDisposable {
  readonly #chosen: ChosenSet;
  readonly #tell: (outcome: CreateOutcome) => void;
  readonly #stop = new AbortController();
  #planned: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #ranAt = Number.NEGATIVE_INFINITY;

  constructor(chosen: ChosenSet, tell: (outcome: CreateOutcome) => void) {
    this.#chosen = chosen;
    this.#tell = tell;
  }

  ask(watch: Pick<ConfigWatch, "alarms">, atLeastMs = 0): void {
    if (this.#stop.signal.aborted) return;
    const waitMs = this.#ranAt + this.#chosen.settings.watch.minIntervalMs - performance.now();
    this.#planned ??= setTimeout(
      () => {
        this.#planned = undefined;
        this.#running = this.#running.then(() => this.#run(watch));
      },
      Math.max(atLeastMs, waitMs),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#planned);
    await this.#running;
  }

  /** A config that is broken is no reason to save it: the newest backup stays the one to go back to. */
  async #run(watch: Pick<ConfigWatch, "alarms">): Promise<void> {
    if (watch.alarms.length > 0) return;
    this.#ranAt = performance.now();
    const outcome = await createOne(this.#chosen, { signal: this.#stop.signal }).catch((error: unknown) => {
      // Called off: nothing of it was kept, and nobody waits for it.
      if (this.#stop.signal.aborted) return undefined;
      throw error;
    });
    if (outcome?.error?.code === "BACKUP_BUSY") this.#again(watch);
    else if (outcome !== undefined) this.#tell(outcome);
  }

  #again(watch: Pick<ConfigWatch, "alarms">): void {
    this.#ranAt = Number.NEGATIVE_INFINITY;
    this.ask(watch, BUSY_MS);
  }
}
