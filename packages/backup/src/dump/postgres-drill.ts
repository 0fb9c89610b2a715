import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { backupError } from "../errors.ts";
import { DUMP_FILE, type DumpSums, demandReadable, SUMS_FILE } from "./postgres.ts";
import { ask, type PostgresConnection, type PostgresPrograms, withPostgres } from "./postgres-programs.ts";
import { withScratchDatabase } from "./postgres-scratch.ts";
import { run } from "./program.ts";
import type { TableRows } from "./table-rows.ts";

/**
 * Restores a dump into a database made for it, counts the rows of every table, and drops that database again: the one proof that a dump
 * can be restored. What the dump holds (functions, triggers) runs as this user, so drill only dumps that you trust.
 *
 * @param folder what the dumper wrote; the password file lies there meanwhile
 * @param connection the user must be allowed to create databases
 * @throws OpsError `BACKUP_DUMP_DAMAGED`, `BACKUP_DUMP_FAILED`
 */
export function drillPostgres(
  connection: PostgresConnection,
  folder: string,
  signal: AbortSignal,
): Promise<readonly TableRows[]> {
  return withPostgres(connection, folder, async (programs) => {
    await demandSum(folder);
    await demandReadable(programs, folder, signal);
    return withScratchDatabase(programs, signal, async (scratch) => {
      // Without these two, errors are passed over, and a damaged dump "restores" to empty tables.
      const allOrNothing = ["--exit-on-error", "--single-transaction"];
      // The roles of the dump need not exist here.
      const anyOwner = ["--no-owner", "--no-privileges"];
      const restore = programs("pg_restore", ...allOrNothing, ...anyOwner, "-d", scratch, join(folder, DUMP_FILE));
      await run(restore, signal, () => {});
      return countRows(programs, scratch, signal);
    });
  });
}

const COUNT_ROWS = `SELECT format('SELECT %L, count(*) FROM %I.%I', n.nspname || '.' || c.relname, n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
ORDER BY 1 \\gexec
SELECT NULL WHERE false`;

async function countRows(programs: PostgresPrograms, database: string, signal: AbortSignal): Promise<TableRows[]> {
  const lines = (await ask(programs, COUNT_ROWS, signal, "-d", database)).split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const [table = "", rows] = line.split("\t");
    return { table, rows: Number(rows) };
  });
}

async function demandSum(folder: string): Promise<void> {
  const text = await readFile(join(folder, SUMS_FILE), "utf8").catch((cause: unknown) => {
    throw backupError(
      "BACKUP_DUMP_DAMAGED",
      `There is no ${SUMS_FILE} in the dump: it is none of PostgreSQL. See whether the config has given its name to another kind of database since.`,
      cause,
    );
  });
  const sums = JSON.parse(text) as DumpSums;
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(join(folder, DUMP_FILE))) hash.update(chunk);
  if (hash.digest("hex") === sums[DUMP_FILE]?.sha256) return;
  throw backupError("BACKUP_DUMP_DAMAGED", `${DUMP_FILE} is not what pg_dump wrote. Use an earlier backup.`);
}
