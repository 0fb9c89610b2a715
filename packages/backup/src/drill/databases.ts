import { join } from "node:path";
import type { TableRows } from "../dump/table-rows.ts";
import type { Manifest } from "../manifest/manifest.ts";

/** Restores the dumps of one database somewhere where they can be thrown away. */
export interface DumpDrill {
  /** Of the database. */
  readonly name: string;
  /**
   * @param folder what the dumper wrote
   * @returns its tables; undefined when nobody has counted them
   * @throws when it cannot be restored
   */
  drill(folder: string, signal: AbortSignal): Promise<readonly TableRows[] | undefined>;
}

/** What a drill says of one database of a backup. */
export interface DatabaseDrill {
  readonly name: string;
  readonly isRestored: boolean;
  /** Why it was not tried. One that was tried and failed ends the drill. */
  readonly reason?: string;
  readonly tables?: readonly TableRows[] | undefined;
}

/** Tries every database of a backup that can be tried, one after the other. */
export async function drillDatabases(
  folder: string,
  { sources }: Manifest,
  drills: readonly DumpDrill[],
  signal: AbortSignal,
): Promise<readonly DatabaseDrill[]> {
  const drilled: DatabaseDrill[] = [];
  for (const { key, name, kind, status } of sources) {
    if (kind !== "database") continue;
    signal.throwIfAborted();
    const how = drills.find((each) => each.name === name);
    if (status !== "ok") drilled.push({ name, isRestored: false, reason: "this backup has no dump of it" });
    else if (how === undefined) drilled.push({ name, isRestored: false, reason: "no drill is configured for it" });
    else drilled.push({ name, isRestored: true, tables: await how.drill(join(folder, "databases", key), signal) });
  }
  return drilled;
}
