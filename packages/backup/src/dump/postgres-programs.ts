import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { backupError } from "../errors.ts";
import { answerOf, type Program } from "./program.ts";

/** Which database, and as whom. */
export interface PostgresConnection {
  /** A host name, or the folder of a Unix socket. Default `localhost`. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly user: string;
  readonly database: string;
  /** Handed to PostgreSQL's programs in a file that only this user can read, and that is removed afterwards. */
  readonly password?: string | undefined;
  /** `require`, `verify-full`, … as libpq has them. */
  readonly sslMode?: string | undefined;
  /** File with the certificates to trust, for `verify-ca` and `verify-full`. */
  readonly sslRootCert?: string | undefined;
  /** Where `pg_dump`, `pg_dumpall`, `pg_restore` and `psql` lie; default: wherever they are found. */
  readonly binFolder?: string | undefined;
}

/** Runs one of PostgreSQL's programs against one server. */
export type PostgresPrograms = (
  name: "pg_dump" | "pg_dumpall" | "pg_restore" | "psql",
  ...args: readonly string[]
) => Program;

/**
 * Gives `use` programs that can log in, and takes the password away again afterwards.
 *
 * The password goes by a file: arguments are visible to everybody, variables to every process of this user.
 *
 * @param folder where the password file may lie meanwhile
 * @throws OpsError `BACKUP_DUMP_INVALID` for a password that such a file cannot hold
 */
export async function withPostgres<T>(
  connection: PostgresConnection,
  folder: string,
  use: (programs: PostgresPrograms) => Promise<T>,
): Promise<T> {
  const passFile = join(folder, `.pgpass-${randomBytes(6).toString("hex")}`);
  try {
    await writeFile(passFile, passLine(connection.password ?? ""), { mode: 0o600, flag: "wx" });
    return await use(programs(connection, passFile));
  } finally {
    await rm(passFile, { force: true });
  }
}

/** @throws OpsError `BACKUP_DUMP_CLIENT_TOO_OLD`: an old pg_dump does not know what a newer server has, and leaves it out. */
export async function demandClient(programs: PostgresPrograms, signal: AbortSignal): Promise<Versions> {
  const said = await answerOf(programs("pg_dump", "--version"), signal);
  const client = Number(/(\d+)(?:\.|devel|beta|rc|$)/.exec(said.replace(/^\D+/, ""))?.[1]);
  const server = Math.floor(Number(await ask(programs, "SHOW server_version_num", signal)) / 10_000);
  if (client >= server) return { client, server };
  throw backupError(
    "BACKUP_DUMP_CLIENT_TOO_OLD",
    `pg_dump is of version ${client}, the server of version ${server}. Install postgresql-client-${server}, or name its folder in \`binFolder\`.`,
  );
}

export interface Versions {
  readonly client: number;
  readonly server: number;
}

/** The rows that SQL gives, one a line, fields parted by tabs. */
export function ask(
  programs: PostgresPrograms,
  sql: string,
  signal: AbortSignal,
  ...args: readonly string[]
): Promise<string> {
  return answerOf(asking(programs, sql, ...args), signal);
}

/** psql with something to ask. */
export function asking(programs: PostgresPrograms, sql: string, ...args: readonly string[]): Program {
  const quiet = ["-X", "-A", "-t", "-q", "-F", "\t", "-v", "ON_ERROR_STOP=1"];
  return { ...programs("psql", ...quiet, ...args), stdin: `${sql};\n` };
}

function programs(connection: PostgresConnection, passFile: string): PostgresPrograms {
  const { host = "localhost", port = 5432, user, database, password = "", binFolder } = connection;
  const env = {
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGDATABASE: database,
    PGPASSFILE: passFile,
    PGAPPNAME: "mcp-ops backup",
    PGCONNECT_TIMEOUT: "10",
    ...(connection.sslMode === undefined ? {} : { PGSSLMODE: connection.sslMode }),
    ...(connection.sslRootCert === undefined ? {} : { PGSSLROOTCERT: connection.sslRootCert }),
  };
  return (name, ...args) => ({
    program: binFolder === undefined ? name : join(binFolder, name),
    args: args.includes("--version") ? args : ["-w", ...args],
    env,
    secrets: [password],
    debianPackage: "postgresql-client",
  });
}

function passLine(password: string): string {
  if (/[\r\n\0]/.test(password)) {
    throw backupError(
      "BACKUP_DUMP_INVALID",
      "The PostgreSQL password holds a line break, which no password file can. Read it without the one at its end.",
    );
  }
  return `*:*:*:*:${password.replace(/[\\:]/g, "\\$&")}\n`;
}
