import { failoverError } from "../errors.ts";
import type { Acquired, CallOptions, Grant, LeaseHolder, LeaseStore } from "../lease-store.ts";
import { counterOf, incarnationOf, tokenOf } from "../token.ts";
import { checkLease, checkName } from "./limits.ts";
import { Observations } from "./observation.ts";
import { PostgresConnection, type PostgresOptions } from "./postgres-connection.ts";

const MIN_TTL_MS = 1_000;
const DEFAULT_SCHEMA = "mcp_ops";
const MISSING_TABLE = "42P01";
/** What two that make one thing at the same moment are told. */
const MADE_MEANWHILE = new Set(["23505", "42P06", "42P07"]);

/**
 * Leases as rows of a table. Nobody takes a lease over before its row has not changed for the whole ttl on the taker's own clock: the one of the
 * database, a time of day, may jump. PostgreSQL must be one server: after a failover of its own to a replica that was behind, raise the floor.
 * Needs the package `pg`.
 */
export function postgresStore(options: PostgresOptions): LeaseStore {
  return new PostgresStore(options);
}

interface Row {
  readonly holder: string;
  readonly token_incarnation: string;
  readonly epoch: string;
  readonly ttl_ms: string;
  readonly until: string;
}

class PostgresStore implements LeaseStore {
  readonly kind = "postgres";
  readonly caps = { minTtlMs: MIN_TTL_MS, singleArbiter: false };
  readonly #connection: PostgresConnection;
  readonly #schema: string;
  readonly #table: string;
  readonly #others = new Observations(() => performance.now());

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
    const seen = await this.#row(name, options);
    if (seen !== undefined && seen.holder !== holder && this.#isHeld(name, seen, ttlMs)) {
      return { kind: "held", by: holderOf(seen) };
    }
    const isNew = "(l.holder IS DISTINCT FROM $2 OR l.expires_at <= clock_timestamp())";
    const [row] = await this.#query<Row>(
      `INSERT INTO ${this.#table} AS l (name, holder, epoch, ttl_ms, expires_at)
       VALUES ($1, $2, 1, $3::bigint, clock_timestamp() + $3::bigint * interval '1 millisecond')
       ON CONFLICT (name) DO UPDATE SET
         epoch = CASE WHEN ${isNew} THEN l.epoch + 1 ELSE l.epoch END,
         token_incarnation = CASE WHEN ${isNew} THEN l.incarnation ELSE l.token_incarnation END,
         holder = $2,
         ttl_ms = CASE WHEN ${isNew} THEN $3::bigint ELSE GREATEST(l.ttl_ms, $3::bigint) END,
         expires_at = CASE WHEN ${isNew} THEN EXCLUDED.expires_at ELSE GREATEST(l.expires_at, EXCLUDED.expires_at) END
       WHERE l.holder IS NULL OR l.holder = $2 OR (l.epoch = $4::bigint AND l.expires_at::text = $5::text)
       RETURNING ${COLUMNS}`,
      [name, holder, ttlMs, seen?.epoch, seen?.until],
      options,
    );
    if (row !== undefined) return { kind: "granted", grant: { name, holder, token: tokenOfRow(row), ttlMs } };
    const by = await this.read(name, options);
    // It was given back between the two statements.
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
    const row = await this.#row(name, options);
    return row !== undefined && this.#isHeld(name, row, 0) ? holderOf(row) : undefined;
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

  async #row(name: string, options: CallOptions): Promise<Row | undefined> {
    const text = `SELECT ${COLUMNS} FROM ${this.#table} AS l WHERE name = $1 AND holder IS NOT NULL`;
    const [row] = await this.#query<Row>(text, [name], options);
    return row;
  }

  /** Whether its holder may still believe in it: until the longer of the two times has passed here without a change. */
  #isHeld(name: string, row: Row, ttlMs: number): boolean {
    return this.#others.unchangedMs(name, `${row.epoch} ${row.until}`) < Math.max(ttlMs, Number(row.ttl_ms));
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
         name text PRIMARY KEY, holder text, epoch bigint NOT NULL DEFAULT 0,
         ttl_ms bigint NOT NULL DEFAULT 0, expires_at timestamptz,
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

const COLUMNS = "l.holder, l.token_incarnation, l.epoch, l.ttl_ms, l.expires_at::text AS until";
const THIS_GRANT = "name = $1 AND holder = $2 AND token_incarnation = $3 AND epoch = $4";

function valuesOf({ name, holder, token }: Grant): readonly unknown[] {
  return [name, holder, incarnationOf(token), counterOf(token).toString()];
}

function tokenOfRow({ token_incarnation, epoch }: Row): bigint {
  return tokenOf(Number(token_incarnation), BigInt(epoch));
}

function holderOf(row: Row): LeaseHolder {
  return { holder: row.holder, token: tokenOfRow(row) };
}

function sqlCode(error: unknown): string | undefined {
  return (error as { cause?: { code?: string } }).cause?.code;
}
