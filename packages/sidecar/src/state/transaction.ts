import type { DatabaseSync } from "node:sqlite";

/** Does all of `work`, or nothing of it: the state must not be left inside a transaction, in which nobody else could begin one. */
export function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    work();
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
