import { randomBytes } from "node:crypto";
import { ask, asking, type PostgresPrograms } from "./postgres-programs.ts";
import { held } from "./program.ts";

/** Ours are called so, and nobody else's. */
const PREFIX = "mcp_ops_drill_";
const DIGITS = 12;

/**
 * Makes a database to throw away, lets `use` have it, and drops it, also when that failed or was called off. One that a killed
 * process has left is dropped first.
 *
 * While it is in use a session is open that bears its name, and that ends with this process, even when it is killed. So another drill,
 * from whatever machine, knows which ones nobody needs any more.
 */
export async function withScratchDatabase<T>(
  programs: PostgresPrograms,
  signal: AbortSignal,
  use: (name: string) => Promise<T>,
): Promise<T> {
  // What is called off halfway would be done by the server all the same.
  const always = new AbortController().signal;
  const name = `${PREFIX}${randomBytes(DIGITS / 2).toString("hex")}`;
  signal.throwIfAborted();
  await using _ = await held(asking(programs, `SET application_name = '${name}'; SELECT 1`));
  await dropLeftovers(programs, always);
  await ask(programs, `CREATE DATABASE ${name} TEMPLATE template0`, always);
  try {
    signal.throwIfAborted();
    return await use(name);
  } finally {
    await drop(programs, name, always);
  }
}

async function dropLeftovers(programs: PostgresPrograms, signal: AbortSignal): Promise<void> {
  for (const name of (await ask(programs, LEFTOVERS, signal)).split("\n")) {
    if (name !== "") await drop(programs, name, signal);
  }
}

/** This user's own, that nobody bears the name of and nobody is in: a restore goes on for a while when its drill was killed. */
const LEFTOVERS = `SELECT d.datname FROM pg_database d
WHERE d.datname ~ '^${PREFIX}[0-9a-f]{${DIGITS}}$' AND pg_get_userbyid(d.datdba) = current_user
AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.application_name = d.datname OR a.datid = d.oid)`;

function drop(programs: PostgresPrograms, name: string, signal: AbortSignal): Promise<string> {
  return ask(programs, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`, signal);
}
