import { OpsError } from "@mcp-ops/formats";
import { GUARD_ERROR } from "../codes.ts";
import { countingFenced } from "./fenced-writes.ts";
import { type JumpLimits, judgeToken, readToken } from "./judge-token.ts";

/** Runs one statement inside the transaction that is to be fenced. Rows as objects; a number of changed rows where the database tells one. */
export type SqlQuery = (text: string, values: readonly unknown[]) => Promise<SqlResult> | SqlResult;

export interface SqlResult {
  readonly changes: number | bigint;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

export interface SqlFenceOptions extends JumpLimits {
  /** The resource; writers of one name exclude one another's older tokens. */
  readonly name: string;
  /** Table with the columns `name` and `epoch`. Default `mcp_ops_fence`. */
  readonly table?: string | undefined;
  /** How parameters are written: `$1` as in PostgreSQL, `?` as in SQLite. Default `$1`. */
  readonly parameters?: "$1" | "?" | undefined;
}

/** The highest token in a table of the database that is written to, so that check and write are one transaction. */
export interface SqlFence {
  /** Makes the table and its row, where they are not. Outside of a transaction, once. */
  create(query: SqlQuery): Promise<void>;
  /**
   * The first statement of a transaction that writes: it locks the row, so that no newer writer comes between this check and the commit.
   * @throws OpsError `GUARD_FENCED_STALE`, `GUARD_FENCED_JUMP`, `GUARD_FENCED_TOKEN`: roll back then.
   */
  claim(query: SqlQuery, token: unknown): Promise<void>;
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function sqlFence({ name, table = "mcp_ops_fence", parameters = "$1", ...limits }: SqlFenceOptions): SqlFence {
  if (!IDENTIFIER.test(table))
    throw new RangeError(`A table's name is letters, digits and _, not ${JSON.stringify(table)}.`);
  const p = (n: number) => (parameters === "?" ? "?" : `$${n}`);
  const create = `CREATE TABLE IF NOT EXISTS ${table} (name VARCHAR(255) PRIMARY KEY, epoch BIGINT NOT NULL)`;
  const seed = `INSERT INTO ${table} (name, epoch) SELECT ${cast(p(1))}, 0 WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE name = ${p(2)})`;
  // Touching the row locks it; then what it holds can be read and judged.
  const touch = `UPDATE ${table} SET epoch = epoch WHERE name = ${p(1)}`;
  const read = `SELECT CAST(epoch AS VARCHAR(20)) AS epoch FROM ${table} WHERE name = ${p(1)}`;
  const raise = `UPDATE ${table} SET epoch = ${p(1)} WHERE name = ${p(2)} AND epoch <= ${p(3)}`;
  return {
    async create(query) {
      await query(create, []);
      await query(seed, [name, name]);
    },
    async claim(query, given) {
      const token = countingFenced("sql", () => readToken(given));
      await query(touch, [name]);
      const { rows } = await query(read, [name]);
      const highest = BigInt(String(rows[0]?.epoch ?? 0));
      countingFenced("sql", () => judgeToken(token, highest, limits));
      const { changes } = await query(raise, [String(token), name, String(token)]);
      if (Number(changes) !== 1) throw missing(`The table ${table} has no row for ${JSON.stringify(name)}`);
    },
  };
}

/** PostgreSQL wants to know the type of a parameter that is selected. */
function cast(parameter: string): string {
  return `CAST(${parameter} AS VARCHAR(255))`;
}

function missing(what: string): OpsError {
  return new OpsError(
    GUARD_ERROR.fenceMissing,
    `${what}, so that nobody can tell which token is stale. Call create() once before the first write.`,
  );
}
