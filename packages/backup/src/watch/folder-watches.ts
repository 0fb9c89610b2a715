import { type FSWatcher, type Stats, statSync, watch } from "node:fs";
import { realpath } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Hears of changes in the folders of some files. Folders, because editors put a new file in the place of the old one, which a watch of the
 * file itself would follow into nowhere. Of a folder that does not exist the nearest one above it is watched, until it appears.
 */
export class FolderWatches implements Disposable {
  readonly #onEvent: () => void;
  readonly #watches = new Map<string, { readonly identity: string; readonly watcher: FSWatcher }>();
  #refused = 0;

  constructor(onEvent: () => void) {
    this.#onEvent = onEvent;
  }

  /** Folders that the system would not watch, as when its limit is reached; there the regular look is all there is. */
  get refused(): number {
    return this.#refused;
  }

  /** Watches what has to be watched for these files now, and nothing else. */
  async follow(paths: readonly string[]): Promise<void> {
    const wanted = new Map<string, string>();
    for (const path of paths) {
      for (const place of [path, await realpath(path).catch(() => path)]) {
        const { folder, identity } = nearestFolder(dirname(place));
        wanted.set(folder, identity);
      }
    }
    for (const [folder, { identity }] of this.#watches) if (wanted.get(folder) !== identity) this.#drop(folder);
    this.#refused = 0;
    for (const [folder, identity] of wanted) if (!this.#watches.has(folder)) this.#add(folder, identity);
  }

  [Symbol.dispose](): void {
    for (const folder of this.#watches.keys()) this.#drop(folder);
  }

  #add(folder: string, identity: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, this.#onEvent);
      watcher.on("error", () => this.#drop(folder));
      this.#watches.set(folder, { identity, watcher });
    } catch {
      this.#refused++;
    }
  }

  #drop(folder: string): void {
    this.#watches.get(folder)?.watcher.close();
    this.#watches.delete(folder);
  }
}

/** A folder of the same name may be another one by now; the number of a deleted one is soon given again, so its birth counts too. */
function nearestFolder(folder: string): { folder: string; identity: string } {
  const stats = statOf(folder);
  if (stats?.isDirectory() !== true && folder !== dirname(folder)) return nearestFolder(dirname(folder));
  return { folder, identity: `${stats?.dev} ${stats?.ino} ${stats?.birthtimeMs}` };
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
