import { open } from "node:fs/promises";
import { basename, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { backupError, reasonOf } from "../errors.ts";
import type { Dumper } from "./dumper.ts";

export interface SqliteDumpOptions {
  readonly name: string;
  readonly required?: boolean | undefined;
  /** The database file. */
  readonly path: string;
}

/** Pages copied between two looks at the signal: 4 MiB of the usual pages. */
const PAGES_PER_STEP = 1_024;

/**
 * Copies a SQLite database while it is in use, by SQLite's online backup, and lets SQLite check the copy (`PRAGMA integrity_check`).
 * The copy is one file, whatever journal the original has.
 */
export function sqliteDumper({ name, required = true, path }: SqliteDumpOptions): Dumper {
  return {
    name,
    kind: "sqlite",
    required,
    async dump(folder, signal) {
      const file = basename(path);
      const copy = join(folder, file);
      // SQLite would make it readable to others; it takes an empty file for a new database.
      await (await open(copy, "wx", 0o600)).close();
      try {
        await copyDatabase(path, copy, signal);
      } catch (error) {
        signal.throwIfAborted();
        throw backupError("BACKUP_DUMP_FAILED", `${path} cannot be copied: ${messageOf(error)}. ${HINT}`, error);
      }
      signal.throwIfAborted();
      const pages = await checkCopy(copy, path);
      return { files: [file], notes: [`integrity_check ok, ${pages} pages`] };
    },
  };
}

const HINT = "See that it is there, that it is a SQLite database, and that this user may read it.";

async function copyDatabase(path: string, copy: string, signal: AbortSignal): Promise<void> {
  const { backup, DatabaseSync } = await import("node:sqlite");
  const source = new DatabaseSync(path, { readOnly: true });
  try {
    await backup(source, copy, { rate: PAGES_PER_STEP, progress: () => signal.throwIfAborted() });
  } finally {
    source.close();
  }
}

/** @throws OpsError `BACKUP_DUMP_DAMAGED` */
async function checkCopy(copy: string, path: string): Promise<number> {
  return withSound(copy, path, (found) => Number(found.prepare("PRAGMA page_count").get()?.page_count));
}

/**
 * Opens a database that SQLite finds whole.
 * @param path what it is called in messages
 * @throws OpsError `BACKUP_DUMP_DAMAGED`
 */
export async function withSound<T>(copy: string, path: string, use: (found: DatabaseSync) => T): Promise<T> {
  const { DatabaseSync } = await import("node:sqlite");
  let found: DatabaseSync | undefined;
  try {
    found = new DatabaseSync(copy);
    found.exec("PRAGMA journal_mode = DELETE");
    const rows = found.prepare("PRAGMA integrity_check(10)").all() as { integrity_check: string }[];
    const said = rows.map((row) => row.integrity_check).join("; ");
    if (said === "ok") return use(found);
    throw damaged(path, said);
  } catch (error) {
    throw reasonOf(error) === "BACKUP_DUMP_DAMAGED" ? error : damaged(path, messageOf(error), error);
  } finally {
    found?.close();
  }
}

function damaged(path: string, said: string, cause?: unknown): Error {
  return backupError(
    "BACKUP_DUMP_DAMAGED",
    `${path} is damaged: ${said.slice(0, 500)}. Restore it from an earlier backup, or mend it with sqlite3 ".recover".`,
    cause,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
