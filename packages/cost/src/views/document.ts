import {
  type BudgetState,
  type CostDay,
  type CostDocument,
  MAX_COST_DAYS,
  OTHER,
  type ServerCost,
  type ShareCost,
  type ToolCost,
} from "@mcp-ops/formats";
import { addTokens } from "../money/tokens.ts";
import type { CostHeading } from "./answers.ts";

/** How many of a server are told apart on a day. */
interface Detail {
  readonly tools: number;
  readonly shares: number;
}

/** The first one with which the document is short enough is taken. */
const DETAILS: readonly Detail[] = [
  { tools: 100, shares: 50 },
  { tools: 50, shares: 20 },
  { tools: 20, shares: 5 },
  { tools: 5, shares: 0 },
  { tools: 0, shares: 0 },
];

/** A server believes no document above 4 MiB, and then refuses nothing for a budget. */
export const DEFAULT_MAX_DOCUMENT_BYTES = 3_500_000;

/**
 * What servers are told (`cost.json`), as text. Beyond the bound the cheapest tools, principals and sessions read `_other`, then the oldest days
 * are left out; sums stay what they are.
 *
 * @param days the newest first
 */
export function costDocumentText(
  heading: CostHeading,
  days: readonly CostDay[],
  budgets: readonly BudgetState[],
  maxBytes: number = DEFAULT_MAX_DOCUMENT_BYTES,
): string {
  const frame: CostDocument = { schema: 1, ...heading, days: [], budgets };
  const room = maxBytes - Buffer.byteLength(JSON.stringify(frame));
  return JSON.stringify({ ...frame, days: daysThatFit(days.slice(0, MAX_COST_DAYS), room) });
}

/** As much of the days as is at most so long as JSON: first the cheapest of each server are put together, then the oldest days are left out. */
export function daysThatFit(days: readonly CostDay[], maxBytes: number): readonly CostDay[] {
  for (let most = days.length; most > 0; most = Math.floor(most / 2)) {
    for (const detail of DETAILS) {
      const shown = daysWithin(days.slice(0, most), detail, maxBytes);
      if (shown !== undefined) return shown;
    }
  }
  return [];
}

/** Undefined as soon as it is too much: a huge one must not keep the sidecar from its work. */
function daysWithin(days: readonly CostDay[], detail: Detail, room: number): readonly CostDay[] | undefined {
  const shown: CostDay[] = [];
  let left = room;
  for (const day of days) {
    shown.push(folded(day, detail));
    left -= Buffer.byteLength(JSON.stringify(shown.at(-1))) + 1;
    if (left < 0) return undefined;
  }
  return shown;
}

function folded(day: CostDay, detail: Detail): CostDay {
  return { ...day, servers: day.servers.map((server) => foldedServer(server, detail)) };
}

function foldedServer(server: ServerCost, { tools, shares }: Detail): ServerCost {
  return {
    ...server,
    tools: fold(server.tools, tools, ({ target }) => target === OTHER, togetherTools),
    principals: fold(server.principals, shares, ({ name }) => name === OTHER, togetherShares),
    sessions: fold(server.sessions, shares, ({ name }) => name === OTHER, togetherShares),
  };
}

/** The dearest come first already; what was folded in the ledger is folded with the rest. */
function fold<Row>(
  rows: readonly Row[],
  most: number,
  isOther: (row: Row) => boolean,
  together: (rows: readonly Row[]) => Row,
) {
  if (rows.length <= most) return rows;
  const named = new Set(rows.filter((row) => !isOther(row)).slice(0, most));
  return [...named, together(rows.filter((row) => !named.has(row)))];
}

function togetherTools(tools: readonly ToolCost[]): ToolCost {
  const resultTokens = tools.map((tool) => tool.resultTokens).reduce(addTokens, {});
  const sum = (of: (tool: ToolCost) => number) => tools.reduce((all, tool) => all + of(tool), 0);
  const [microUnits, tokens, calls] = [sum((one) => one.microUnits), sum((one) => one.tokens), sum((one) => one.calls)];
  return { target: OTHER, calls, resultTokens, microUnits, tokens };
}

function togetherShares(shares: readonly ShareCost[]): ShareCost {
  return {
    name: OTHER,
    calls: shares.reduce((all, share) => all + share.calls, 0),
    microUnits: shares.reduce((all, share) => all + share.microUnits, 0),
  };
}
