import { failoverError } from "../errors.ts";
import type { Acquired, CallOptions, Grant, LeaseHolder, LeaseStore } from "../lease-store.ts";
import { counterOf, incarnationOf, tokenOf } from "../token.ts";
import { checkLease, checkName } from "./limits.ts";
import { PostgresConnection, type PostgresOptions } from "./postgres-connection.ts";

const MIN_TTL_MS = 1_000;
const DEFAULT_SCHEMA = "mcp_ops";
const MISSING_TABLE = "42P01";
/** What two that make one thing at the same moment are told. */
const MADE_MEANWHILE = new Set(["23505", "42P06", "42P07"]);

/**
 * Leases as rows of a table, by the clock of the database. PostgreSQL must be one server: after a failover of its own to a replica that
 * was behind, raise the floor. Needs the package `pg`.
 */
export function postgresStore(options: PostgresOptions): LeaseStore {
  return new PostgresStore(options);
}

interface Row {
  readonly holder: string;
  readonly token_incarnation: string;
  readonly epoch: string;
}

class PostgresStore implements LeaseStore {
  readonly kind = "postgres";
  readonly caps = { minTtlMs: MIN_TTL_MS, singleArbiter: false };
  readonly #connection: PostgresConnection;
  readonly #schema: string;
  readonly #table: string;

  constructor(options: PostgresOptions) {
    this.#schema = options.schema ?? DEFAULT_SCHEMA;
    if (!/^[a-z_][a-z0-9_]{0,62}$/.test(this.#schema)) {
      throw failoverError(
        "FAILOVER_OPTIONS_INVALID",
        "The schema for PostgreSQL has small letters, digits and underscores only, such as mcp_ops.",
      );
    }
    this.#table = `${this.#schema}.failover_leases`;
    this.#connection = new PostgresConnection(options);
  }

  async acquire(name: string, holder: string, ttlMs: number, options: CallOptions): Promise<Acquired> {
    checkLease(name, holder, ttlMs, MIN_TTL_MS);
    const isOver = "(l.holder IS NULL OR l.expires_at <= clock_timestamp())";
    const [row] = await this.#query<Row>(
      `INSERT INTO ${this.#table} AS l (name, holder, epoch, expires_at)
       VALUES ($1, $2, 1, clock_timestamp() + $3 * interval '1 millisecond')
       ON CONFLICT (name) DO UPDATE SET
         epoch = CASE WHEN ${isOver} THEN l.epoch + 1 ELSE l.epoch END,
         token_incarnation = CASE WHEN ${isOver} THEN l.incarnation ELSE l.token_incarnation END,
         holder = $2, expires_at = GREATEST(l.expires_at, EXCLUDED.expires_at)
       WHERE ${isOver} OR l.holder = $2
       RETURNING holder, token_incarnation, epoch`,
      [name, holder, ttlMs],
      options,
    );
    if (row !== undefined) return { kind: "granted", grant: { name, holder, token: tokenOfRow(row), ttlMs } };
    const by = await this.read(name, options);
    // It ended between the two statements.
    return by === undefined ? this.acquire(name, holder, ttlMs, options) : { kind: "held", by };
  }

  async renew(grant: Grant, options: CallOptions): Promise<"renewed" | "lost"> {
    const rows = await this.#query(
      `UPDATE ${this.#table} SET expires_at = clock_timestamp() + $5 * interval '1 millisecond'
       WHERE ${THIS_GRANT} AND expires_at > clock_timestamp() RETURNING name`,
      [...valuesOf(grant), grant.ttlMs],
      options,
    );
    return rows.length === 1 ? "renewed" : "lost";
  }

  async release(grant: Grant, options: CallOptions): Promise<void> {
    await this.#query(
      `UPDATE ${this.#table} SET holder = NULL, expires_at = NULL WHERE ${THIS_GRANT}`,
      valuesOf(grant),
      options,
    );
  }

  async read(name: string, options: CallOptions): Promise<LeaseHolder | undefined> {
    const [row] = await this.#query<Row>(
      `SELECT holder, token_incarnation, epoch FROM ${this.#table}
       WHERE name = $1 AND holder IS NOT NULL AND expires_at > clock_timestamp()`,
      [name],
      options,
    );
    return row && { holder: row.holder, token: tokenOfRow(row) };
  }

  async raiseFloor(name: string, above: bigint, options: CallOptions): Promise<number> {
    checkName("group", name);
    const [row] = await this.#query<{ incarnation: string }>(
      `INSERT INTO ${this.#table} AS l (name, incarnation) VALUES ($1, $2 + 1)
       ON CONFLICT (name) DO UPDATE SET incarnation = GREATEST(l.incarnation, $2) + 1 RETURNING incarnation`,
      [name, incarnationOf(above)],
      options,
    );
    return Number(row?.incarnation);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection.close();
  }

  /** Makes the table where it is missing, once. */
  async #query<T>(text: string, values: readonly unknown[], options: CallOptions): Promise<readonly T[]> {
    try {
      return (await this.#connection.query(text, values, options)) as readonly T[];
    } catch (error) {
      if (sqlCode(error) !== MISSING_TABLE) throw error;
    }
    await this.#make(`CREATE SCHEMA IF NOT EXISTS ${this.#schema}`, options);
    await this.#make(
      `CREATE TABLE IF NOT EXISTS ${this.#table} (
         name text PRIMARY KEY, holder text, epoch bigint NOT NULL DEFAULT 0, expires_at timestamptz,
         incarnation integer NOT NULL DEFAULT 0, token_incarnation integer NOT NULL DEFAULT 0)`,
      options,
    );
    return (await this.#connection.query(text, values, options)) as readonly T[];
  }

  async #make(text: string, options: CallOptions): Promise<void> {
    await this.#connection.query(text, [], options).catch((error) => {
      if (!MADE_MEANWHILE.has(sqlCode(error) ?? "")) throw error;
    });
  }
}

const THIS_GRANT = "name = $1 AND holder = $2 AND token_incarnation = $3 AND epoch = $4";

function valuesOf({ name, holder, token }: Grant): readonly unknown[] {
  return [name, holder, incarnationOf(token), counterOf(token).toString()];
}

function tokenOfRow({ token_incarnation, epoch }: Row): bigint {
  return tokenOf(Number(token_incarnation), BigInt(epoch));
}

function sqlCode(error: unknown): string | undefined {
  return (error as { cause?: { code?: string } }).cause?.code;
}
