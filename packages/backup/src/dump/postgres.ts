import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { backupError, reasonOf } from "../errors.ts";
import type { Dump, Dumper } from "./dumper.ts";
import { inTime } from "./in-time.ts";
import { demandClient, type PostgresConnection, type PostgresPrograms, withPostgres } from "./postgres-programs.ts";
import { printedTo, run, type Written } from "./program.ts";

export interface PostgresDumpOptions extends PostgresConnection {
  readonly name: string;
  readonly required?: boolean | undefined;
  /** How long the dump may take, milliseconds. Default: {@link DEFAULT_DUMP_MS}. */
  readonly timeoutMs?: number | undefined;
}

/** The database as `pg_dump -Fc` writes it. */
export const DUMP_FILE = "database.pgdump";
/** Roles and tablespaces, which no dump of one database holds; without the passwords of the roles. */
const GLOBALS_FILE = "globals.sql";
/** Length and SHA-256 of the others, as they came from the program. */
export const SUMS_FILE = "dump.json";

export type DumpSums = Readonly<Record<string, Written>>;

/**
 * Dumps one PostgreSQL database with the server's own programs. It counts as good only when they ended well and the whole dump was read
 * again by `pg_restore`: an interrupted `pg_dump` leaves a file whose table of contents looks right.
 *
 * For recovery to any moment use pgBackRest.
 */
export function postgresDumper(options: PostgresDumpOptions): Dumper {
  return {
    name: options.name,
    kind: "postgres",
    required: options.required ?? true,
    dump: (folder, signal) =>
      inTime(`The dump of ${options.name}`, options.timeoutMs, signal, (until) =>
        withPostgres(options, folder, (programs) => dump(programs, folder, until)),
      ),
  };
}

async function dump(programs: PostgresPrograms, folder: string, signal: AbortSignal): Promise<Dump> {
  const { client, server } = await demandClient(programs, signal);
  const sums: DumpSums = {
    [DUMP_FILE]: await printedTo(join(folder, DUMP_FILE), programs("pg_dump", "-Fc", LOCK_WAIT), signal),
    [GLOBALS_FILE]: await printedTo(join(folder, GLOBALS_FILE), programs("pg_dumpall", ...GLOBALS, LOCK_WAIT), signal),
  };
  await writeFile(join(folder, SUMS_FILE), `${JSON.stringify(sums, null, 2)}\n`, {
    mode: 0o600,
    flag: "wx",
    flush: true,
  });
  await demandReadable(programs, folder, signal);
  return {
    files: [DUMP_FILE, GLOBALS_FILE, SUMS_FILE],
    notes: [`PostgreSQL ${server}, pg_dump ${client}`, `read whole by pg_restore, ${sums[DUMP_FILE]?.bytes} bytes`],
  };
}

/** A table that somebody holds fails the dump, instead of all backups waiting behind it. */
const LOCK_WAIT = "--lock-wait-timeout=60s";
const GLOBALS = ["--globals-only", "--no-role-passwords"];

/**
 * Reads all of the dump, not only its table of contents (`pg_restore -l` finds no fault in half a dump).
 *
 * @throws OpsError `BACKUP_DUMP_DAMAGED`
 */
export async function demandReadable(programs: PostgresPrograms, folder: string, signal: AbortSignal): Promise<void> {
  try {
    await run(withoutLogin(programs("pg_restore", "-f", "-", join(folder, DUMP_FILE))), signal, () => {});
  } catch (error) {
    if (reasonOf(error) !== "BACKUP_DUMP_FAILED") throw error;
    throw backupError(
      "BACKUP_DUMP_DAMAGED",
      `The dump cannot be read whole by pg_restore. Use an earlier backup. ${(error as Error).message}`,
      error,
    );
  }
}

/** It reads a file only; what it does not need it does not get. */
function withoutLogin(program: ReturnType<PostgresPrograms>): ReturnType<PostgresPrograms> {
  return { ...program, args: program.args.filter((arg) => arg !== "-w"), env: {} };
}
