import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { OpsError } from "@mcp-ops/formats";
import { SIDECAR_ERROR } from "../codes.ts";
import { MIGRATIONS } from "./migrations.ts";

/** The embedded state of the daemon. */
export interface State extends Disposable {
  readonly database: DatabaseSync;
  /** Set at this start: where the damaged file is now, and what was wrong with it. */
  readonly damage: { readonly movedTo: string; readonly found: string } | undefined;
  /** Damaged files that wait for somebody to look: the daemon is degraded as long as they lie there. */
  setAside(): readonly string[];
}

/**
 * Opens the state, and makes it where there is none. A damaged file is never written to and never deleted: it is set aside
 * under another name, and the daemon starts with an empty state and says so until somebody has taken the file away.
 */
export function openState(file: string): State {
  makeFolder(dirname(file));
  const damage = existsSync(file) ? examine(file) : undefined;
  const database = connect(file);
  try {
    migrate(database, file);
  } catch (error) {
    database.close();
    throw error;
  }
  return { database, damage, setAside: () => setAsideOf(file), [Symbol.dispose]: () => database.close() };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw unusable(`The folder ${folder} cannot be made (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
}

/** Looks for damage, and moves a damaged file aside. */
function examine(file: string): State["damage"] {
  const found = damageIn(file);
  if (found === undefined) return undefined;
  const movedTo = `${file}.damaged-${new Date().toISOString().replace(/[:.]/g, "-")}`;
  // The log files may hold what the main file lacks: whoever repairs it needs all three.
  for (const suffix of ["", "-wal", "-shm"]) {
    if (existsSync(file + suffix)) renameSync(file + suffix, movedTo + suffix);
  }
  return { movedTo, found };
}

function damageIn(file: string): string | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = connect(file);
    const rows = database.prepare("PRAGMA integrity_check(1)").all();
    const said = String(rows[0]?.integrity_check ?? "nothing");
    return said === "ok" ? undefined : said;
  } catch (error) {
    if (isDamage(error)) return (error as Error).message;
    throw error;
  } finally {
    database?.close();
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB (sqlite.org/rescode.html). */
function isDamage(error: unknown): boolean {
  const code = Number((error as { errcode?: number }).errcode) & 0xff;
  return code === 11 || code === 26;
}

const BUSY = 5;

function connect(file: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    chmodSync(file, 0o600);
    // One daemon per state: a second one would undo what the first does.
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = NORMAL");
    database.exec("BEGIN EXCLUSIVE; COMMIT");
    return database;
  } catch (cause) {
    database?.close();
    if (isDamage(cause)) throw cause;
    if ((Number((cause as { errcode?: number }).errcode) & 0xff) === BUSY) throw inUse(file, cause);
    throw unusable(`The state ${file} cannot be opened (${(cause as Error).message})`, cause);
  }
}

function migrate(database: DatabaseSync, file: string): void {
  const version = Number(database.prepare("PRAGMA user_version").get()?.user_version);
  if (version > MIGRATIONS.length) {
    throw new OpsError(
      SIDECAR_ERROR.stateNewer,
      `The state ${file} is of version ${version}, and this mcp-ops knows ${MIGRATIONS.length}. Run the version that wrote it, or name another file with state.file.`,
    );
  }
  for (const [index, step] of MIGRATIONS.entries()) {
    if (index >= version) database.exec(`BEGIN; ${step}; PRAGMA user_version = ${index + 1}; COMMIT`);
  }
}

function setAsideOf(file: string): readonly string[] {
  const start = `${basename(file)}.damaged-`;
  const names = readdirSync(dirname(file)).filter((name) => name.startsWith(start) && !/-(?:wal|shm)$/.test(name));
  return names.map((name) => join(dirname(file), name));
}

function inUse(file: string, cause: unknown): OpsError {
  return new OpsError(
    SIDECAR_ERROR.stateInUse,
    `Another process has the state ${file} open. Only one sidecar may run on it: stop the other, or name another file with state.file.`,
    { cause },
  );
}

function unusable(what: string, cause: unknown): OpsError {
  return new OpsError(SIDECAR_ERROR.stateUnusable, `${what}. Name a file that this user can write with state.file.`, {
    cause,
  });
}
