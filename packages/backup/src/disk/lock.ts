import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { backupError } from "../errors.ts";

/**
 * Runs `work` as the only one that changes this set. SQLite's file lock is the kernel's: it goes with the process that held it,
 * so that no stale lock is left to judge, and no process to be confused with a later one of the same number.
 * @throws BACKUP_BUSY when another process, or another call in this one, has it.
 */
export async function locked<T>(file: string, work: () => Promise<T>): Promise<T> {
  const database = lock(file);
  try {
    return await work();
  } finally {
    database.close();
  }
}

function lock(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Made here for its mode, and never opened again when it is there: POSIX takes every lock of a process on a file away when the
  // process closes any descriptor of it, so that a second call, refused here, would have let another process in.
  if (!existsSync(file)) closeSync(openSync(file, "a", 0o600));
  const database = new DatabaseSync(file);
  try {
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database.close();
    throw (error as { errcode?: number }).errcode === SQLITE_BUSY ? busy(file) : error;
  }
}

const SQLITE_BUSY = 5;

function busy(file: string) {
  return backupError(
    "BACKUP_BUSY",
    `Another backup, restore or removal of this set is running (it holds ${file}). Wait until it has ended.`,
  );
}
