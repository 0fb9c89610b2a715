import { type JournalUse, TOKEN_METHODS } from "@mcp-ops/formats";
import type { Tokens } from "../money/tokens.ts";
import type { UseCounts } from "../quantities.ts";

/** In the order of `TOKEN_METHODS`. */
export const TOKEN_COLUMNS = ["tokens_estimate", "tokens_tokenizer", "tokens_reported"] as const;

/** Columns of what is counted of exchanges, in the order of the tables. */
const COUNT_COLUMNS = [
  "count",
  "duration_us",
  "request_bytes",
  "response_bytes",
  ...TOKEN_COLUMNS,
  "cpu_us",
  "cpu_calls",
] as const;

/** Values of the columns, in their order. */
export type Counts = readonly number[];

export function countsOf({ count, durationUs, requestBytes, responseBytes, tokens, cpu }: JournalUse): Counts {
  const counted = TOKEN_METHODS.map((method) => tokens?.[method] ?? 0);
  return [count, durationUs, requestBytes, responseBytes, ...counted, cpu?.us ?? 0, cpu?.calls ?? 0];
}

/** No further than numbers are exact: a journal may claim anything. */
export function addCounts(a: Counts | undefined, b: Counts): Counts {
  return a === undefined ? b : b.map((value, index) => Math.min(Number.MAX_SAFE_INTEGER, value + (a[index] ?? 0)));
}

export function useCountsOf(row: Readonly<Record<string, unknown>>): UseCounts {
  const value = (column: (typeof COUNT_COLUMNS)[number]) => Number(row[column]);
  return {
    count: value("count"),
    durationUs: value("duration_us"),
    requestBytes: value("request_bytes"),
    responseBytes: value("response_bytes"),
    tokens: tokensOf(TOKEN_COLUMNS.map(value)),
    cpu: { us: value("cpu_us"), calls: value("cpu_calls") },
  };
}

/** By method; what is none is left out. */
export function tokensOf(counted: readonly number[]): Tokens {
  const tokens: { -readonly [Method in keyof Tokens]: Tokens[Method] } = {};
  for (const [at, method] of TOKEN_METHODS.entries()) {
    const count = counted[at] ?? 0;
    if (count > 0) tokens[method] = count;
  }
  return tokens;
}

const LARGEST = Number.MAX_SAFE_INTEGER;
const ADDING = `ON CONFLICT DO UPDATE SET ${COUNT_COLUMNS.map((name) => `${name} = min(${name} + excluded.${name}, ${LARGEST})`).join(", ")}`;

/** Adds to a row, or makes it. */
export function addingStatement(table: string, keys: readonly string[]): string {
  const columns = [...keys, ...COUNT_COLUMNS];
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")}) ${ADDING}`;
}

/** Adds sums of the rows of one table to those of a segment in another. */
export function addingFrom(source: string, table: string, keys: readonly string[], where: string): string {
  const sums = COUNT_COLUMNS.map((column) => `min(SUM(${column}), ${LARGEST})`);
  return `INSERT INTO ${table} (${["segment", ...keys, ...COUNT_COLUMNS].join(", ")})
          SELECT ?, ${[...keys, ...sums].join(", ")} FROM ${source} WHERE ${where} GROUP BY ${keys.join(", ")} ${ADDING}`;
}
