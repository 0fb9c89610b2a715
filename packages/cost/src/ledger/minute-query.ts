import type { DatabaseSync } from "node:sqlite";
import type { JournalStatus } from "@mcp-ops/formats";
import type { Minute } from "../calendar/zone.ts";
import type { OutcomeDay, OutcomeRow, UsagePoint } from "../quantities.ts";
import type { Latencies } from "./latencies.ts";
import type { Names } from "./names.ts";

/** Minutes since 1970; `to` is not in it. */
export interface Range {
  readonly server?: string | undefined;
  readonly from: Minute;
  readonly to: Minute;
}

/** Minutes of a server, in order; those in which nothing was measured are left out. */
export function pointsOf(
  database: DatabaseSync,
  names: Names,
  { server, from, to }: Range & { readonly server: string },
): readonly UsagePoint[] {
  const rows = database
    .prepare(
      "SELECT minute, cpu_us, measured_ms, memory_bytes FROM usage WHERE server = ? AND minute >= ? AND minute < ? AND measured_ms > 0",
    )
    .all(names.known("server", server) ?? null, from, to);
  return rows.map(({ minute, cpu_us, measured_ms, memory_bytes }) => ({
    minute: Number(minute),
    cpuUs: Number(cpu_us),
    measuredMs: Number(measured_ms),
    memoryBytes: memory_bytes === null ? undefined : Number(memory_bytes),
  }));
}

/** Exchanges by minute and how they ended, in the order of time. */
export function* outcomesOf(database: DatabaseSync, names: Names, range: Range): Generator<OutcomeRow> {
  const { server, from, to } = range;
  const id = server === undefined ? undefined : (names.known("server", server) ?? null);
  const where = id === undefined ? "" : " AND server = ?";
  const rows = database
    .prepare(`SELECT * FROM outcomes WHERE minute >= ? AND minute < ?${where}`)
    .iterate(from, to, ...(id === undefined ? [] : [id]));
  for (const row of rows) yield { minute: Number(row.minute), ...outcomeOf(names, row) };
}

/** The same by day. A day that was cut by a price or a change of the zone has several rows of a kind. */
export function* outcomeDaysOf(
  database: DatabaseSync,
  names: Names,
  days: { readonly from: string; readonly to: string },
): Generator<OutcomeDay> {
  const rows = database
    .prepare(
      `SELECT segments.day, outcome_days.* FROM segments JOIN outcome_days ON segment = segments.id
       WHERE day >= ? AND day < ? ORDER BY from_minute`,
    )
    .iterate(days.from, days.to);
  for (const row of rows) yield { day: String(row.day), ...outcomeOf(names, row) };
}

function outcomeOf(names: Names, row: Readonly<Record<string, unknown>>): Omit<OutcomeRow, "minute"> {
  return {
    server: names.text(Number(row.server)),
    method: names.text(Number(row.method)),
    target: names.text(Number(row.target)),
    status: names.text(Number(row.status)) as JournalStatus,
    count: Number(row.count),
    latencies: JSON.parse(String(row.latencies)) as Latencies,
  };
}
