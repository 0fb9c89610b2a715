import type { CostDay } from "@mcp-ops/formats";
import { addTokens } from "../money/tokens.ts";
import { type CostRow, type RowsBy, rowsOf } from "./rows.ts";

/** What something cost over several days. */
export type TopRow = Omit<CostRow, "day">;

export interface Top {
  /** The dearest first. */
  readonly rows: readonly TopRow[];
  /** Of those that were not named, and of what is nobody's. */
  readonly others: number;
}

/** What cost most, by server, tool and so on; with `others` it is all there was. */
export function topOf(days: readonly CostDay[], by: RowsBy, most: number): Top {
  const sums = new Map<string, TopRow>();
  let others = 0;
  for (const { day: _, ...row } of days.flatMap((day) => rowsOf(day, by))) {
    const isNobodys = by === "server" ? row.server === "" : row.name === "";
    if (isNobodys) others += row.microUnits;
    else sums.set(keyOf(row), plus(sums.get(keyOf(row)), row));
  }
  const all = [...sums.values()].sort((a, b) => b.microUnits - a.microUnits || (b.calls ?? 0) - (a.calls ?? 0));
  others += all.slice(most).reduce((sum, row) => sum + row.microUnits, 0);
  return { rows: all.slice(0, most), others };
}

function keyOf({ server, name }: TopRow): string {
  return JSON.stringify([server, name]);
}

function plus(sum: TopRow | undefined, row: TopRow): TopRow {
  if (sum === undefined) return row;
  return {
    ...row,
    microUnits: sum.microUnits + row.microUnits,
    ...(row.calls !== undefined && { calls: (sum.calls ?? 0) + row.calls }),
    ...(row.resultTokens !== undefined && { resultTokens: addTokens(sum.resultTokens ?? {}, row.resultTokens) }),
  };
}
