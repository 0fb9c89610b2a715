import { failoverError } from "../errors.ts";
import type { Acquired, CallOptions, Grant, LeaseHolder, LeaseStore } from "../lease-store.ts";
import { counterOf, incarnationAbove, incarnationOf, tokenOf } from "../token.ts";
import { unreachable } from "./ask.ts";
import { checkLease, checkName } from "./limits.ts";
import { Observations } from "./observation.ts";
import { OwnLeases } from "./own-leases.ts";
import { PostgresConnection, type PostgresOptions } from "./postgres-connection.ts";

const MIN_TTL_MS = 1_000;
const DEFAULT_SCHEMA = "mcp_ops";
const MAX_TRIES = 3;
const MISSING_TABLE = "42P01";
/** What two that make one thing at the same moment are told. */
const MADE_MEANWHILE = new Set(["23505", "42P06", "42P07"]);

/**
 * Leases as rows of a table. Nobody takes a lease over before its row has not changed for the whole ttl on the taker's own clock, and a holder judges
 * by its own whether it comes too late: the clock of the database, a time of day, may jump or stand still, and nothing is decided by it. PostgreSQL
 * must be one server: after a failover of its own to a replica that was behind, raise the floor.
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
  /** Of the row (`xmin`): another one after each write, whatever it wrote. */
  readonly version: string;
}

class PostgresStore implements LeaseStore {
  readonly kind = "postgres";
  readonly caps = { minTtlMs: MIN_TTL_MS, singleArbiter: false };
  readonly #connection: PostgresConnection;
  readonly #schema: string;
  readonly #table: string;
  readonly #others = new Observations(() => performance.now());
  readonly #ours = new OwnLeases(() => performance.now());

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
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const seen = await this.#row(name, options);
      if (seen !== undefined && seen.holder !== holder && this.#isHeld(name, seen, ttlMs)) {
        return { kind: "held", by: holderOf(seen) };
      }
      const begun = performance.now();
      const isOurs = seen !== undefined && seen.holder === holder && this.#isStillOurs(name, seen);
      const [row] = await this.#query<Row>(this.#taking, [name, holder, ttlMs, seen?.version, isOurs], options);
      if (row === undefined) continue;
      const grant = { name, holder, token: tokenOfRow(row), ttlMs };
      this.#ours.keep(grant, begun + ttlMs);
      return { kind: "granted", grant };
    }
    throw unreachable("PostgreSQL", new Error("the lease changed hands while it was asked for, several times"));
  }

  /** Takes a row that nobody has, or that is still as it was seen ($4): the same lease again if that was ours ($5). */
  get #taking(): string {
    const isSame = "($5::boolean AND l.xmin::text = $4::text)";
    return `INSERT INTO ${this.#table} AS l (name, holder, epoch, ttl_ms, expires_at)
       VALUES ($1, $2, 1, $3::bigint, clock_timestamp() + $3::bigint * interval '1 millisecond')
       ON CONFLICT (name) DO UPDATE SET
         epoch = CASE WHEN ${isSame} THEN l.epoch ELSE l.epoch + 1 END,
         token_incarnation = CASE WHEN ${isSame} THEN l.token_incarnation ELSE l.incarnation END,
         holder = $2,
         ttl_ms = CASE WHEN ${isSame} THEN GREATEST(l.ttl_ms, $3::bigint) ELSE $3::bigint END,
         expires_at = EXCLUDED.expires_at
       WHERE l.holder IS NULL OR l.xmin::text = $4::text
       RETURNING ${COLUMNS}`;
  }

  async renew(grant: Grant, options: CallOptions): Promise<"renewed" | "lost"> {
    const begun = performance.now();
    if (!this.#ours.lasts(grant)) return "lost";
    const rows = await this.#query(
      `UPDATE ${this.#table} AS l SET expires_at = clock_timestamp() + $5 * interval '1 millisecond'
       WHERE ${THIS_GRANT} RETURNING name`,
      [...valuesOf(grant), grant.ttlMs],
      options,
    );
    if (rows.length === 0) return "lost";
    this.#ours.keep(grant, begun + grant.ttlMs);
    return "renewed";
  }

  async release(grant: Grant, options: CallOptions): Promise<void> {
    this.#ours.forget(grant);
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
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const [now] = await this.#query<{ incarnation: string }>(
        `SELECT incarnation FROM ${this.#table} WHERE name = $1`,
        [name],
        options,
      );
      const incarnation = incarnationAbove(Number(now?.incarnation ?? 0), above);
      const raised = await this.#query(
        `INSERT INTO ${this.#table} AS l (name, incarnation) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET incarnation = $2 WHERE l.incarnation < $2 RETURNING name`,
        [name, incarnation],
        options,
      );
      if (raised.length === 1) return incarnation;
    }
    throw unreachable("PostgreSQL", new Error("others raised the floor at the same time. Try again"));
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
    return this.#others.unchangedMs(name, row.version) < Math.max(ttlMs, Number(row.ttl_ms));
  }

  /** Ours, and not known to have ended: what was given to another connection of this holder is taken up. */
  #isStillOurs(name: string, row: Row): boolean {
    const claim = { name, ...holderOf(row) };
    return this.#ours.lasts(claim) || (!this.#ours.isOver(claim) && this.#isHeld(name, row, 0));
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

const COLUMNS = "l.holder, l.token_incarnation, l.epoch, l.ttl_ms, l.xmin::text AS version";
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
