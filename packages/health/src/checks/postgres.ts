import { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { OpsError } from "@mcp-ops/formats";
import { type Check, type CheckOptions, check, wrong } from "../check.ts";
import { decoded } from "./decoded.ts";
import { type Address, describeAddress } from "./socket.ts";

export interface PostgresCheckOptions extends CheckOptions {
  /** `postgres://user:password@host:5432/database`; it wins over the fields below. What neither says, `pg` takes from the variables `PG…`. */
  readonly connectionString?: string | undefined;
  /** Host name, or the folder of a Unix socket. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly database?: string | undefined;
  readonly ssl?: boolean | ConnectionOptions | undefined;
  /** What is asked. Default: `SELECT 1`. */
  readonly query?: string | undefined;
}

const DEFAULT_PORT = 5432;

/** Whether PostgreSQL lets this user in and answers a query. Needs the package `pg`, which is loaded with the first run. Each run opens a connection of its own: a pool that is exhausted must not look like a database that is down. */
export function postgresCheck(options: PostgresCheckOptions): Check {
  const { connectionString, query = "SELECT 1" } = options;
  const given = connectionString === undefined ? undefined : parse(connectionString);
  const place = placeOf(options, given);
  return check(options, {
    name: "postgres",
    target: describeAddress(addressOf(place)),
    secrets: secretsOf(options.password, given, connectionString),
    async run(signal) {
      const { Client } = await loadPg();
      signal.throwIfAborted();
      // A socket of ours, because a client that waits for an answer cannot be told to stop.
      const socket = new Socket().unref();
      const client = new Client({
        ...connection(options),
        ...place,
        application_name: "mcp-ops health",
        stream: () => socket,
      });
      client.on("error", () => {});
      const destroy = () => void socket.destroy();
      signal.addEventListener("abort", destroy, { once: true });
      try {
        await client.connect();
        await client.query(query);
        await client.end();
        return { ok: true };
      } finally {
        signal.removeEventListener("abort", destroy);
        destroy();
      }
    },
  });
}

/** Host and port are always told, so that the document shows what is asked. Members that are undefined would hide defaults. */
function connection({ connectionString, user, password, database, ssl }: PostgresCheckOptions): object {
  const fields = { connectionString, user, password, database, ssl };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function placeOf({ host, port }: PostgresCheckOptions, given: URL | undefined): { host: string; port: number } {
  const inUrl = given?.searchParams.get("host") || decoded(given?.hostname ?? "");
  return { host: inUrl || host || "localhost", port: Number(given?.port || port || DEFAULT_PORT) };
}

function addressOf({ host, port }: { host: string; port: number }): Address {
  return host.startsWith("/") ? { socketPath: `${host}/.s.PGSQL.${port}` } : { host, port };
}

function secretsOf(
  password: string | undefined,
  given: URL | undefined,
  connectionString: string | undefined,
): string[] {
  const inUrl =
    given === undefined ? [] : [given.password, decoded(given.password), given.searchParams.get("password") ?? ""];
  return [connectionString ?? "", password ?? "", ...inUrl];
}

function parse(connectionString: string): URL {
  // A user without a host, as it is written for a Unix socket, is no URL to others.
  const url = URL.parse(connectionString) ?? URL.parse(connectionString.replace("@/", "@localhost/"));
  if (url?.protocol === "postgres:" || url?.protocol === "postgresql:") return url;
  throw wrong(
    "The `connectionString` of a PostgreSQL health check must be a URL such as postgres://user:password@host:5432/database. Escape special characters of the password with %.",
  );
}

async function loadPg(): Promise<Pick<typeof import("pg"), "Client">> {
  try {
    return (await import("pg")).default;
  } catch (cause) {
    throw new OpsError("HEALTH_PG_MISSING", "the package pg cannot be loaded; install it: npm install pg", { cause });
  }
}
