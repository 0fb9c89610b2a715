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
import { inTurns } from "../ledger/turns.ts";
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
export async function costDocumentText(
  heading: CostHeading,
  days: readonly CostDay[],
  budgets: readonly BudgetState[],
  maxBytes: number = DEFAULT_MAX_DOCUMENT_BYTES,
): Promise<string> {
  const frame: CostDocument = { schema: 1, ...heading, days: [], budgets };
  const room = maxBytes - Buffer.byteLength(JSON.stringify(frame));
  return JSON.stringify({ ...frame, days: await daysThatFit(days.slice(0, MAX_COST_DAYS), room) });
}

/**
 * As much of the days as is at most so long as JSON: first the cheapest of each server are put together, then the oldest days are left out. After
 * each day others have their turn.
 */
export function daysThatFit(days: readonly CostDay[], maxBytes: number): Promise<readonly CostDay[]> {
  return inTurns(fitting(days, maxBytes));
}

function* fitting(days: readonly CostDay[], maxBytes: number): Generator<void, readonly CostDay[]> {
  for (let most = days.length; most > 0; most = Math.floor(most / 2)) {
    for (const detail of DETAILS) {
      const shown = yield* daysWithin(days.slice(0, most), detail, maxBytes);
      if (shown !== undefined) return shown;
    }
  }
  return [];
}

/** Undefined as soon as it is too much. */
function* daysWithin(
  days: readonly CostDay[],
  detail: Detail,
  room: number,
): Generator<void, readonly CostDay[] | undefined> {
  const shown: CostDay[] = [];
  let left = room;
  for (const day of days) {
    const one = shownOf(day, detail);
    shown.push(one.day);
    left -= one.bytes;
    if (left < 0) return undefined;
    if (one.isNew) yield;
  }
  return shown;
}

interface Shown {
  readonly day: CostDay;
  /** As JSON, with a comma. */
  readonly bytes: number;
}

/** The document is made every few seconds, and of its days all but today's are what they were. */
const shownBefore = new WeakMap<CostDay, Map<Detail, Shown>>();

function shownOf(whole: CostDay, detail: Detail): Shown & { readonly isNew: boolean } {
  const details = shownBefore.get(whole) ?? new Map<Detail, Shown>();
  const known = details.get(detail);
  if (known !== undefined) return { ...known, isNew: false };
  const day = folded(whole, detail);
  const shown = { day, bytes: Buffer.byteLength(JSON.stringify(day)) + 1 };
  shownBefore.set(whole, details.set(detail, shown));
  return { ...shown, isNew: true };
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
