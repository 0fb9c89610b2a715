import { stat } from "node:fs/promises";
import { type ConfigToWatch, type ConfigWatch, openConfigWatch, type WatchOptions } from "@mcp-ops/backup";

export interface ChangeOptions extends Pick<WatchOptions, "quietMs" | "onAlarm"> {
  /** Between two backups that changes lead to. */
  readonly minIntervalMs: number;
  /** Makes a backup. */
  readonly save: () => void;
  /** What the configs are known to hold is other than before. */
  readonly onKnown: (watch: ConfigWatch) => void;
}

/** The changes of the configs of a set: each is saved in its time, and none while one of them is broken. */
export class Changes implements AsyncDisposable {
  readonly #options: ChangeOptions;
  #watch: ConfigWatch | undefined;
  #followed = "";
  #timer: NodeJS.Timeout | undefined;
  #savedAt = Number.NEGATIVE_INFINITY;
  /** Something changed while an alarm stood. */
  #isHeld = false;
  #isClosed = false;

  constructor(options: ChangeOptions) {
    this.#options = options;
  }

  get alarms(): ConfigWatch["alarms"] {
    return this.#watch?.alarms ?? [];
  }

  /** Watches these from now on; whether they are others than before. `recall` adds what is known of them. */
  async follow(
    configs: readonly ConfigToWatch[],
    recall: (configs: readonly ConfigToWatch[]) => readonly ConfigToWatch[],
  ): Promise<boolean> {
    const followed = JSON.stringify(configs);
    if (followed === this.#followed || this.#isClosed) return false;
    const { quietMs, onAlarm, onKnown } = this.#options;
    const next = await openConfigWatch({ configs: recall(configs), quietMs, onChange: () => this.#changed(), onAlarm });
    const before = this.#watch;
    this.#watch = next;
    this.#followed = followed;
    await before?.[Symbol.asyncDispose]();
    if (this.#isClosed) await next[Symbol.asyncDispose]();
    else onKnown(next);
    return true;
  }

  /** Has saved what changed since then, in milliseconds since 1970, when nobody watched. */
  async lookBack(configs: readonly ConfigToWatch[], sinceMs: number): Promise<void> {
    const stamps = await Promise.all(configs.map(({ path }) => stat(path).catch(() => undefined)));
    if (stamps.some((stats) => stats !== undefined && stats.ctimeMs > sinceMs)) this.#ask();
  }

  /** Takes what the configs say now for what they should say. One that cannot be read says nothing. */
  accept(): void {
    const watch = this.#watch;
    if (watch === undefined) return;
    for (const { kind, path } of watch.alarms) if (kind !== "invalid") watch.accept(path);
    this.#options.onKnown(watch);
    if (this.#isHeld) this.#ask();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#watch?.[Symbol.asyncDispose]();
  }

  #changed(): void {
    if (this.#watch !== undefined) this.#options.onKnown(this.#watch);
    this.#ask();
  }

  #ask(): void {
    if (this.#isClosed) return;
    const waitMs = this.#savedAt + this.#options.minIntervalMs - performance.now();
    this.#timer ??= setTimeout(() => this.#due(), Math.max(0, waitMs));
  }

  /** A config that is broken now is no reason to save it: the newest backup stays the one to go back to. */
  #due(): void {
    this.#timer = undefined;
    this.#isHeld = this.alarms.length > 0;
    if (this.#isHeld) return;
    this.#savedAt = performance.now();
    this.#options.save();
  }
}
