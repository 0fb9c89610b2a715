import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { failoverError } from "../errors.ts";
import type { Entry } from "./ledger.ts";

const SQLITE_BUSY = 5;
/** Our mark in the head of the file, and the version of its table. */
const APPLICATION_ID = 0x6d6f6c67;
const VERSION = 1;

/** The leases of an arbiter on disk. One process has the file; the kernel's lock goes with it. */
export class LedgerFile implements Disposable {
  readonly #file: string;
  readonly #database: DatabaseSync;

  /** @throws FAILOVER_LEDGER_IN_USE, FAILOVER_LEDGER_UNUSABLE */
  constructor(file: string) {
    this.#file = file;
    this.#database = opened(file);
  }

  read(): ReadonlyMap<string, Entry> {
    try {
      const rows = this.#database.prepare("SELECT * FROM leases").all() as unknown as readonly Row[];
      return new Map(rows.map((row) => [row.name, entryOf(row)]));
    } catch (cause) {
      throw unusable(this.#file, cause);
    }
  }

  /** Waits for the disk: when this returns, what it wrote survives a power cut. Throws when the disk does not take it. */
  write(name: string, { holder, ttlMs, epoch, tokenIncarnation, incarnation }: Entry): void {
    try {
      this.#database
        .prepare("INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?)")
        .run(name, holder ?? null, ttlMs, epoch.toString(), tokenIncarnation, incarnation);
    } catch (cause) {
      throw failoverError(
        "FAILOVER_LEDGER_UNUSABLE",
        `The arbiter could not write ${this.#file} (${(cause as Error).message}), so it gave no lease. Make room, or mend the disk.`,
        cause,
      );
    }
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

interface Row {
  readonly name: string;
  readonly holder: string | null;
  readonly ttl_ms: number;
  readonly epoch: string;
  readonly token_incarnation: number;
  readonly incarnation: number;
}

function entryOf(row: Row): Entry {
  return {
    holder: row.holder ?? undefined,
    ttlMs: row.ttl_ms,
    epoch: BigInt(row.epoch),
    tokenIncarnation: row.token_incarnation,
    incarnation: row.incarnation,
  };
}

function opened(file: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    closeSync(openSync(file, "a", 0o600));
    chmodSync(file, 0o600);
    database = new DatabaseSync(file, { timeout: 0 });
    prepare(database);
    return database;
  } catch (cause) {
    database?.close();
    throw (cause as { errcode?: number }).errcode === SQLITE_BUSY ? inUse(file) : unusable(file, cause);
  }
}

/** FULL: each commit is one sync of the log. A slow disk stops the whole process for as long, so it is one and not four. */
function prepare(database: DatabaseSync): void {
  database.exec("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; BEGIN IMMEDIATE");
  const { application_id: id } = database.prepare("PRAGMA application_id").get() as { application_id: number };
  const { user_version: version } = database.prepare("PRAGMA user_version").get() as { user_version: number };
  const isEmpty = database.prepare("SELECT 1 FROM sqlite_master").get() === undefined;
  if (!isEmpty && (id !== APPLICATION_ID || version !== VERSION)) throw new Error("it holds something else");
  database.exec(
    `CREATE TABLE IF NOT EXISTS leases (name TEXT PRIMARY KEY, holder TEXT, ttl_ms INTEGER NOT NULL, epoch TEXT NOT NULL,
       token_incarnation INTEGER NOT NULL, incarnation INTEGER NOT NULL) STRICT;
     PRAGMA application_id=${APPLICATION_ID}; PRAGMA user_version=${VERSION}; COMMIT`,
  );
}

function inUse(file: string) {
  return failoverError(
    "FAILOVER_LEDGER_IN_USE",
    `Another arbiter has ${file}. There is one arbiter to a group: stop the other, or name another file.`,
  );
}

function unusable(file: string, cause: unknown) {
  return failoverError(
    "FAILOVER_LEDGER_UNUSABLE",
    `The ledger ${file} cannot be used (${(cause as Error).message}). Restore it from a backup, or move it away; then run \`mcp-ops failover raise-floor\`, so that tokens do not go back.`,
    cause,
  );
}
