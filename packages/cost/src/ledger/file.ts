import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { costError } from "../errors.ts";
import { damageOf } from "./check.ts";
import { MIGRATIONS } from "./migrations.ts";

/** Our mark in the head of the file. */
const APPLICATION_ID = 0x6d6f6c31;
const SQLITE_BUSY = 5;

/** A ledger file that was opened. */
export interface OpenedFile {
  readonly database: DatabaseSync;
  /** Set at this start: where the damaged file is now, and what was wrong with it. */
  readonly damage: LedgerDamage | undefined;
}

export interface LedgerDamage {
  readonly movedTo: string;
  readonly found: string;
}

/**
 * Opens a ledger, and makes it where there is none. It belongs to one process at a time. A damaged one is set aside with its log, as it is, and an
 * empty one takes its place: what is gone is not made up.
 *
 * @throws COST_LEDGER_IN_USE, COST_LEDGER_NEWER, COST_LEDGER_UNUSABLE
 */
export async function openFile(file: string): Promise<OpenedFile> {
  make(file);
  const found =
    statSync(file).size === 0
      ? undefined
      : await damageOf(file).catch((cause) => {
          throw openError(file, cause);
        });
  const damage = found === undefined ? undefined : { movedTo: putAside(file), found };
  if (damage !== undefined) make(file);
  return { database: connect(file), damage };
}

/** Damaged files of this ledger that still lie there. */
export function setAsideOf(file: string): readonly string[] {
  const names = readdirSync(dirname(file)).filter(
    (name) => name.startsWith(`${basename(file)}.damaged-`) && !/-(?:wal|shm)$/.test(name),
  );
  return names.map((name) => join(dirname(file), name));
}

function make(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    closeSync(openSync(file, "a", 0o600));
    chmodSync(file, 0o600);
  } catch (cause) {
    throw openError(file, cause);
  }
}

/** With the log and its index: whoever repairs it needs all three. */
function putAside(file: string): string {
  const movedTo = `${file}.damaged-${new Date().toISOString().replace(/[:.]/g, "-")}`;
  for (const part of ["", "-wal", "-shm"]) if (existsSync(file + part)) renameSync(file + part, movedTo + part);
  return movedTo;
}

function connect(file: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: 0 });
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    // What the disk does not have must not be found out in the middle of a write.
    database.exec("PRAGMA wal_autocheckpoint = 1000; BEGIN IMMEDIATE; COMMIT");
    migrate(database, file);
    return database;
  } catch (cause) {
    database?.close();
    throw openError(file, cause);
  }
}

function migrate(database: DatabaseSync, file: string): void {
  const id = Number(database.prepare("PRAGMA application_id").get()?.application_id);
  const version = Number(database.prepare("PRAGMA user_version").get()?.user_version);
  const isEmpty = database.prepare("SELECT 1 FROM sqlite_master").get() === undefined;
  if (!isEmpty && id !== APPLICATION_ID) throw new Error("it holds something else");
  if (version > MIGRATIONS.length) {
    throw costError(
      "COST_LEDGER_NEWER",
      `The ledger ${file} is of version ${version}, and this mcp-ops knows ${MIGRATIONS.length}. Run the version that wrote it, or name another file.`,
    );
  }
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  for (const [index, statements] of MIGRATIONS.entries()) {
    if (index >= version) database.exec(`BEGIN; ${statements}; PRAGMA user_version = ${index + 1}; COMMIT`);
  }
}

function openError(file: string, cause: unknown): Error {
  if ((cause as { code?: string }).code === "COST_LEDGER_NEWER") return cause as Error;
  if ((Number((cause as { errcode?: number }).errcode) & 0xff) === SQLITE_BUSY) {
    return costError(
      "COST_LEDGER_IN_USE",
      `Another process has the ledger ${file} open. Only one may write it: stop the other, or name another file.`,
      cause,
    );
  }
  return costError(
    "COST_LEDGER_UNUSABLE",
    `The ledger ${file} cannot be opened (${(cause as Error).message}). Name a file that this user can write, or move that one away.`,
    cause,
  );
}
