import { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { failoverError } from "../errors.ts";
import type { CallOptions } from "../lease-store.ts";
import { deadlineOf, unreachable } from "./ask.ts";

export interface PostgresOptions {
  /** `postgres://user@host:5432/database`; it wins over the fields below. */
  readonly connectionString?: string | undefined;
  /** Host name, or the folder of a Unix socket. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly database?: string | undefined;
  readonly ssl?: boolean | ConnectionOptions | undefined;
  /** The schema our table is in. Default: `mcp_ops`. */
  readonly schema?: string | undefined;
}

type Row = Readonly<Record<string, string | null>>;

interface Client {
  connect(): Promise<unknown>;
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly Row[] }>;
  on(event: "error", listener: () => void): unknown;
}

interface Opened {
  readonly client: Promise<Client>;
  /** Ours, because a client that waits for an answer cannot be told to stop. */
  readonly socket: Socket;
  serverTimeoutMs: number;
}

/** A connection that is opened when it is needed, and given up at the first call that is not answered in time. */
export class PostgresConnection {
  readonly #options: PostgresOptions;
  #opened: Opened | undefined;

  constructor(options: PostgresOptions) {
    this.#options = options;
  }

  /** Throws when the server did not answer within the time; its own code of an error is the `code` of the cause. */
  async query(text: string, values: readonly unknown[], options: CallOptions): Promise<readonly Row[]> {
    const opened = this.#opened ?? this.#open();
    const deadline = deadlineOf(options);
    const { promise: late, reject } = Promise.withResolvers<never>();
    const giveUp = () => {
      opened.socket.destroy();
      reject(deadline.reason);
    };
    deadline.addEventListener("abort", giveUp, { once: true });
    try {
      if (deadline.aborted) giveUp();
      const answer = asked(opened, text, values, Math.max(1, Math.ceil(options.timeoutMs)));
      // One that loses the race still rejects, when its connection is cut.
      answer.catch(() => {});
      return await Promise.race([answer, late]);
    } catch (cause) {
      throw faultOf(cause);
    } finally {
      deadline.removeEventListener("abort", giveUp);
    }
  }

  async close(): Promise<void> {
    this.#opened?.socket.destroy();
  }

  #open(): Opened {
    const socket = new Socket();
    const opened: Opened = { client: this.#connect(socket), socket, serverTimeoutMs: 0 };
    const forget = () => {
      socket.destroy();
      if (this.#opened === opened) this.#opened = undefined;
    };
    socket.once("close", forget);
    opened.client.catch(forget);
    this.#opened = opened;
    return opened;
  }

  async #connect(socket: Socket): Promise<Client> {
    const { schema: _, ...place } = this.#options;
    const given = Object.fromEntries(Object.entries(place).filter(([, value]) => value !== undefined));
    const { Client } = await loadPg();
    const client = new Client({
      ...given,
      // Whoever answered before the row is on disk could give one token twice.
      options: "-c synchronous_commit=on",
      application_name: "mcp-ops failover",
      stream: () => socket,
    }) as unknown as Client;
    client.on("error", () => socket.destroy());
    await client.connect();
    return client;
  }
}

async function asked(opened: Opened, text: string, values: readonly unknown[], timeoutMs: number) {
  const client = await opened.client;
  if (timeoutMs !== opened.serverTimeoutMs) {
    await client.query(`SET statement_timeout = ${timeoutMs}`);
    opened.serverTimeoutMs = timeoutMs;
  }
  return (await client.query(text, values)).rows;
}

const FIXES: Readonly<Record<string, string>> = {
  "28P01": "The password is wrong, or the user is. Correct them.",
  "28000": "pg_hba.conf does not let this user in. Add a line for it.",
  "3D000": "There is no such database. Make it, or correct its name.",
  "42501":
    "Run as its owner: CREATE SCHEMA mcp_ops; GRANT USAGE, CREATE ON SCHEMA mcp_ops TO <this user> (or the schema that is configured).",
  "25006":
    "It is a standby of PostgreSQL. Name the primary, or add target_session_attrs=read-write where several hosts are named.",
};

function faultOf(cause: unknown) {
  if ((cause as { code?: string } | undefined)?.code === "FAILOVER_PG_MISSING") return cause;
  const fix = FIXES[(cause as { code?: string } | undefined)?.code ?? ""];
  if (fix === undefined) return unreachable("PostgreSQL", cause);
  return failoverError("FAILOVER_STORE_REFUSED", `PostgreSQL refused: ${(cause as Error).message}. ${fix}`, cause);
}

async function loadPg(): Promise<Pick<typeof import("pg"), "Client">> {
  try {
    return (await import("pg")).default;
  } catch (cause) {
    throw failoverError(
      "FAILOVER_PG_MISSING",
      "Leases in PostgreSQL need a package of their own. Run: npm install pg",
      cause,
    );
  }
}
