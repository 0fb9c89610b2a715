import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { backupError } from "../errors.ts";
import { withSound } from "./sqlite.ts";
import type { TableRows } from "./table-rows.ts";

/**
 * Opens what the dumper wrote, lets SQLite check all of it (`PRAGMA integrity_check`), and counts the rows of every table.
 * @param folder of a drill: the file in it is the one to throw away
 * @throws OpsError `BACKUP_DUMP_DAMAGED`
 */
export async function drillSqlite(folder: string): Promise<readonly TableRows[]> {
  const [file, ...more] = await readdir(folder);
  if (file === undefined || more.length > 0) {
    throw backupError(
      "BACKUP_DUMP_DAMAGED",
      "The dump is none of SQLite, which is one file. See whether the config has given its name to another kind of database since.",
    );
  }
  return withSound(join(folder, file), file, (found) => {
    const tables = found.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
    return tables.map(({ name }) => {
      const table = String(name);
      const counted = found.prepare(`SELECT count(*) AS rows FROM "${table.replaceAll('"', '""')}"`).get();
      return { table, rows: Number(counted?.rows) };
    });
  });
}
