import { resolve } from "node:path";
import { commandDumper, type Dumper, type PostgresConnection, postgresDumper, sqliteDumper } from "@mcp-ops/backup";
import { readSecret } from "../config/secrets.ts";
import type { SecretReference } from "../config/sections.ts";
import type { DatabaseSettings, PostgresPlace } from "./database-settings.ts";
import type { Place } from "./open-set.ts";

/** A database of the config. Its secrets are read when it is dumped: a restore needs none, and a new password counts at once. */
export function dumperOf(key: string, name: string, settings: DatabaseSettings, place: Place): Dumper {
  const { kind, required } = settings;
  const open = () => opened(`${key}.${name}`, name, settings, place);
  return { name, kind, required, dump: async (folder, signal) => open().dump(folder, signal) };
}

function opened(key: string, name: string, settings: DatabaseSettings, { folder, env }: Place): Dumper {
  if (settings.kind === "sqlite") return sqliteDumper({ ...settings, name, path: resolve(folder, settings.path) });
  if (settings.kind === "command") {
    return commandDumper({ ...settings, name, env: variablesOf(`${key}.env`, settings.env, { folder, env }) });
  }
  const { required, timeoutMs } = settings;
  return postgresDumper({ ...connectionOf(key, settings, { folder, env }), name, required, timeoutMs });
}

/** How PostgreSQL is reached, with the secret its reference leads to. */
export function connectionOf(key: string, settings: PostgresPlace, { folder, env }: Place): PostgresConnection {
  const { host, port, user, database, password, sslMode, sslRootCert, binFolder } = settings;
  return {
    host,
    port,
    user,
    database,
    sslMode,
    binFolder,
    password: password && readSecret(`${key}.password`, password, folder, env),
    sslRootCert: sslRootCert && resolve(folder, sslRootCert),
  };
}

/** The variables of a program, with the values their references lead to. */
export function variablesOf(
  key: string,
  references: Readonly<Record<string, SecretReference>>,
  { folder, env }: Place,
): Readonly<Record<string, string>> {
  const read = Object.entries(references).map(([name, one]) => [name, readSecret(`${key}.${name}`, one, folder, env)]);
  return Object.fromEntries(read) as Record<string, string>;
}
