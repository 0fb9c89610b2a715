import { COST_PARTS, type CostDay, type ServerCost } from "@mcp-ops/formats";
import type { Tokens } from "../money/tokens.ts";

/** What a day's cost can be taken apart by; with each of them the rows add up to the day. */
export const ROWS_BY = ["server", "part", "tool", "principal", "session"] as const;
export type RowsBy = (typeof ROWS_BY)[number];

/** One line of a bill. */
export interface CostRow {
  readonly day: string;
  /** Empty for the idle time of the machine. */
  readonly server: string;
  /** Tool, principal, session or part of the sum; empty for what is nobody's. */
  readonly name: string;
  readonly microUnits: number;
  /** Calls of tools; left out where it is not about calls. */
  readonly calls?: number;
  readonly resultTokens?: Tokens;
}

type Line = Omit<CostRow, "day" | "server">;

const LINES: Readonly<Record<RowsBy, (server: ServerCost) => readonly Line[]>> = {
  server: ({ microUnits }) => [{ name: "", microUnits }],
  part: (server) => COST_PARTS.map((name) => ({ name, microUnits: server[name] })),
  tool: ({ tools, unattributed }) => [
    ...tools.map(({ target: name, calls, resultTokens, microUnits }) => ({ name, microUnits, calls, resultTokens })),
    { name: "", microUnits: unattributed },
  ],
  principal: ({ principals, microUnits }) => [...principals, rest(microUnits, principals)],
  session: ({ sessions, microUnits }) => [...sessions, rest(microUnits, sessions)],
};

/** A day taken apart. Rows that cost nothing and were not called are left out. */
export function rowsOf({ day, servers, machineIdle }: CostDay, by: RowsBy): readonly CostRow[] {
  const rows = servers.flatMap((server) => LINES[by](server).map((line) => ({ day, server: server.server, ...line })));
  return [...rows, { day, server: "", name: "", microUnits: machineIdle }].filter(
    ({ microUnits, ...row }: CostRow) => microUnits > 0 || (row.calls ?? 0) > 0,
  );
}

function rest(whole: number, shares: readonly Line[]): Line {
  return { name: "", microUnits: shares.reduce((left, share) => left - share.microUnits, whole) };
}
