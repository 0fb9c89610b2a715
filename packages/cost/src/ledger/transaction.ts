import type { DatabaseSync } from "node:sqlite";
import { costError } from "../errors.ts";

/**
 * Does all of `work`, or nothing of it; returns what it does.
 *
 * @throws COST_LEDGER_FULL, COST_LEDGER_DAMAGED, COST_LEDGER_UNUSABLE
 */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  try {
    database.exec("BEGIN IMMEDIATE");
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    rollBack(database);
    throw ledgerError(error);
  }
}

function rollBack(database: DatabaseSync): void {
  try {
    if (database.isTransaction) database.exec("ROLLBACK");
  } catch {
    // What made the work fail is told, and not this.
  }
}

/** sqlite.org/rescode.html */
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const NOTADB = 26;

/** The same as an error of ours; what does not come from the database is left as it is. */
function ledgerError(error: unknown): unknown {
  const code = Number((error as { errcode?: number }).errcode) & 0xff;
  const why = (error as Error).message;
  if (Number.isNaN(code) || code === 0) return error;
  if (code === FULL || code === IOERR) {
    return costError(
      "COST_LEDGER_FULL",
      `The ledger could not be written (${why}). Nothing was booked in part, and it is tried again: make room, or mend the disk.`,
      error,
    );
  }
  if (code === CORRUPT || code === NOTADB) {
    return costError(
      "COST_LEDGER_DAMAGED",
      `The ledger is damaged (${why}). It is set aside when it is opened next; restore it from a backup, or go on with an empty one.`,
      error,
    );
  }
  return costError(
    "COST_LEDGER_UNUSABLE",
    `The ledger could not be used (${why}). See whether something else has changed it.`,
    error,
  );
}
