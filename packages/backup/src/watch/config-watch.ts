import { backupError } from "../errors.ts";
import { type Clock, SYSTEM_CLOCK } from "../schedule/clock.ts";
import type { ConfigAlarm } from "./alarms.ts";
import { FolderWatches } from "./folder-watches.ts";
import { type ConfigToWatch, WatchedConfig } from "./watched-config.ts";

export interface WatchOptions {
  readonly configs: readonly ConfigToWatch[];
  /** Told which files have other bytes than before, once they have come to rest. What it throws is dropped. */
  readonly onChange: (paths: readonly string[]) => void;
  /** Told of each alarm when it begins, and of those that ended. What it throws is dropped. */
  readonly onAlarm?: ((begun: readonly ConfigAlarm[], ended: readonly ConfigAlarm[]) => void) | undefined;
  /** How long nothing must happen before a change counts: clients write in several steps. */
  readonly quietMs?: number | undefined;
  /** After so long a change counts although there is no rest: some clients write all the time. */
  readonly maxWaitMs?: number | undefined;
  /** How often the files are looked at whatever the system says: it drops events, and network disks send none. */
  readonly lookEveryMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

export const DEFAULT_QUIET_MS: number = 1_000;
export const DEFAULT_MAX_WAIT_MS: number = 30_000;
export const DEFAULT_LOOK_EVERY_MS: number = 30_000;
/** Each may need a watch of the system, which has few. */
export const MAX_CONFIGS: number = 1_000;

/**
 * Watches configuration files, also such as do not exist yet. Resolves when it watches.
 *
 * @throws OpsError `BACKUP_WATCH_INVALID` for more than {@link MAX_CONFIGS}
 */
export async function openConfigWatch(options: WatchOptions): Promise<ConfigWatch> {
  if (options.configs.length > MAX_CONFIGS) {
    throw backupError(
      "BACKUP_WATCH_INVALID",
      `${options.configs.length} files are to be watched, and ${MAX_CONFIGS} can be. Watch fewer.`,
    );
  }
  const watch = new ConfigWatch(options);
  await watch.start();
  return watch;
}

export class ConfigWatch implements AsyncDisposable {
  readonly #options: WatchOptions;
  readonly #clock: Clock;
  readonly #configs: readonly WatchedConfig[];
  readonly #paths: readonly string[];
  readonly #folders: FolderWatches = new FolderWatches(() => this.#touched());
  #alarms: readonly ConfigAlarm[] = [];
  #firstTouch: number | undefined;
  #cancelRest: (() => void) | undefined;
  #cancelLook: (() => void) | undefined;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#configs = options.configs.map((config) => new WatchedConfig(config));
    this.#paths = options.configs.map(({ path }) => path);
  }

  /** What is wrong now. */
  get alarms(): readonly ConfigAlarm[] {
    return this.#alarms;
  }

  /** What each file is known to hold, by its path: give it back as `known` after a restart. */
  get known(): ReadonlyMap<string, readonly string[]> {
    return new Map(this.#configs.flatMap(({ config, known }) => (known === undefined ? [] : [[config.path, known]])));
  }

  /** Folders that the system would not watch; their files are only looked at now and then. */
  get unwatchedFolders(): number {
    return this.#folders.refused;
  }

  /** Takes what this file says now for what it should say: a server was taken out on purpose. */
  accept(path: string): void {
    for (const watched of this.#configs) if (watched.config.path === path) watched.accept();
    this.#tellAlarms();
  }

  /** Called once, by {@link openConfigWatch}. The folders come first: what changes while the files are read is heard. */
  async start(): Promise<void> {
    await this.#folders.follow(this.#paths);
    for (const watched of this.#configs) await watched.look();
    this.#tellAlarms();
    this.#planLook();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#cancelRest?.();
    this.#cancelLook?.();
    this.#folders[Symbol.dispose]();
    await this.#looking;
    this.#folders[Symbol.dispose]();
  }

  #planLook(): void {
    const { lookEveryMs = DEFAULT_LOOK_EVERY_MS } = this.#options;
    if (!this.#closed) this.#cancelLook = this.#clock.after(lookEveryMs, () => this.#soon(() => this.#lookAround()));
  }

  /** A file that is found changed has not been at rest: it is touched only. */
  async #lookAround(): Promise<void> {
    await this.#folders.follow(this.#paths);
    for (const watched of this.#configs) {
      if (await watched.isStale()) this.#touched();
    }
    this.#planLook();
  }

  #touched(): void {
    if (this.#closed) return;
    const { quietMs = DEFAULT_QUIET_MS, maxWaitMs = DEFAULT_MAX_WAIT_MS } = this.#options;
    const now = this.#clock.now();
    this.#firstTouch ??= now;
    const left = Math.max(0, this.#firstTouch + maxWaitMs - now);
    this.#cancelRest?.();
    this.#cancelRest = this.#clock.after(Math.min(quietMs, left), () => {
      this.#firstTouch = undefined;
      this.#soon(() => this.#atRest());
    });
  }

  async #atRest(): Promise<void> {
    // Before the files are read: a folder may have just appeared, and its files be written while they are read.
    await this.#folders.follow(this.#paths);
    const changed: string[] = [];
    for (const watched of this.#configs) if (await watched.look()) changed.push(watched.config.path);
    if (this.#closed) return;
    if (changed.length > 0) safely(() => this.#options.onChange(changed));
    this.#tellAlarms();
  }

  /** One look at a time, in order. */
  #soon(look: () => Promise<void>): void {
    this.#looking = this.#looking.then(() => (this.#closed ? undefined : look()));
  }

  #tellAlarms(): void {
    const before = this.#alarms;
    const now = this.#configs.flatMap((watched) => watched.alarms);
    this.#alarms = now;
    const begun = now.filter((alarm) => !before.some((other) => isSame(alarm, other)));
    const ended = before.filter((alarm) => !now.some((other) => isSame(alarm, other)));
    if (begun.length + ended.length > 0) safely(() => this.#options.onAlarm?.(begun, ended));
  }
}

function isSame(a: ConfigAlarm, b: ConfigAlarm): boolean {
  return a.kind === b.kind && a.path === b.path && a.servers.join("\0") === b.servers.join("\0");
}

/** Who listens must not stop the watch. */
function safely(tell: () => void): void {
  try {
    tell();
  } catch {}
}
