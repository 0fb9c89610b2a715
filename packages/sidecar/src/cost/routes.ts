import {
  type DaysHeading,
  daysThatFit,
  pricesAt,
  ROWS_BY,
  type RowsBy,
  rowsOf,
  type SummaryAnswer,
  shiftDay,
  topOf,
  totalsOf,
} from "@mcp-ops/cost";
import { type BudgetState, type CostDay, MAX_COST_DAYS } from "@mcp-ops/formats";
import { SIDECAR_ERROR } from "../codes.ts";
import { type AdminReply, type AdminRequest, type AdminRoute, problem } from "../listeners/admin-route.ts";
import type { Accounts } from "./accounts.ts";
import type { CostKeeper } from "./keeper.ts";

const MAX_ROWS = 1_000;
/** Who asks reads no more than four MiB. */
const MAX_BYTES = 3_000_000;
const DEFAULT_ROWS = 20;

const DAYS = {
  days: `how many days, 1 to ${MAX_COST_DAYS}; left out: one`,
  to: "the last of them, such as 2026-11-21; left out: today",
};
const BY = { by: `${ROWS_BY.join(", ")}; left out: tool` };

/** What the admin API can read of the ledger, in money. */
export function costRoutes(keeperNow: () => CostKeeper | undefined): readonly AdminRoute[] {
  const route = (
    path: string,
    about: string,
    query: Readonly<Record<string, string>>,
    answer: (asked: Asked) => object | Promise<object>,
  ): AdminRoute => ({ method: "get", path, about, query, respond: responding(keeperNow, answer) });
  return [
    route("/summary", "What the last days cost, by server and tool, and how the budgets stand", DAYS, summary),
    route("/top", "What cost most", { ...BY, ...DAYS, most: `rows, 1 to ${MAX_ROWS}; left out: ${DEFAULT_ROWS}` }, top),
    route("/forecast", "What today and the month have cost, and will have if it goes on so", {}, forecast),
    route("/prices", "The price book", {}, prices),
    route("/export", "The days row by row, for other programs", { ...BY, ...DAYS }, exported),
    route("/advice", "What could cost less, with evidence; nothing is done about it", {}, advice),
  ];
}

/** A question, and who can answer it. */
interface Asked extends Pick<AdminRequest, "query" | "isKnown"> {
  readonly keeper: CostKeeper;
  readonly accounts: Accounts;
}

/** What is asked for cannot be; with what could be. */
class Malformed extends Error {}

/** What is asked for is about persons, and anybody could ask. */
class Personal extends Error {}

function responding(
  keeperNow: () => CostKeeper | undefined,
  answer: (asked: Asked) => object | Promise<object>,
): AdminRoute["respond"] {
  return async ({ query, isKnown }): Promise<AdminReply> => {
    const keeper = keeperNow();
    const accounts = keeper?.accounts;
    if (keeper !== undefined && accounts === undefined) return notYet();
    if (keeper === undefined || accounts === undefined) {
      return problem(
        409,
        SIDECAR_ERROR.noLedger,
        "Nothing is measured here: cost.enabled is false. Take that out of the config.",
      );
    }
    try {
      return { status: 200, body: await answer({ keeper, accounts, query, isKnown }) };
    } catch (error) {
      if (error instanceof Malformed) return problem(400, SIDECAR_ERROR.requestMalformed, error.message);
      if (error instanceof Personal) return problem(403, SIDECAR_ERROR.tokenRefused, error.message);
      // The duty ended, or began anew with another config, while the days were worked out.
      if (keeper.accounts === undefined) return notYet();
      throw error;
    }
  };
}

function notYet(): AdminReply {
  return problem(
    503,
    SIDECAR_ERROR.noLedger,
    "The ledger is being opened. Ask again in a while; /api/v1/status tells how it goes.",
  );
}

async function summary({ accounts, query, isKnown }: Asked): Promise<SummaryAnswer> {
  const { heading, days } = await daysFor(accounts, query);
  // Who asks for a summary need not see who used what.
  const shown = days.map((day) => ({
    ...day,
    servers: day.servers.map((server) => ({ ...server, principals: [], sessions: [] })),
  }));
  return {
    ...heading,
    days: await daysThatFit(shown, MAX_BYTES),
    totals: totalsOf(days),
    budgets: await budgetsFor(accounts, isKnown),
  };
}

async function top({ accounts, query, isKnown }: Asked): Promise<object> {
  const { heading, days } = await daysFor(accounts, query);
  const by = byOf(query, isKnown);
  return { ...heading, by, ...topOf(days, by, numberOf(query, "most", DEFAULT_ROWS, MAX_ROWS)) };
}

async function forecast({ accounts, isKnown }: Asked): Promise<object> {
  return { ...accounts.heading, outlooks: await accounts.outlooks(), budgets: await budgetsFor(accounts, isKnown) };
}

function prices({ accounts, keeper }: Asked): object {
  const { book } = accounts;
  const { file } = keeper.prices;
  const inForce = pricesAt(book, Date.now()).name;
  const versions = book.versions.map(({ written }) => written);
  return { ...accounts.heading, ...(file !== undefined && { file }), inForce, versions };
}

async function exported({ accounts, query, isKnown }: Asked): Promise<object> {
  const { heading, days } = await daysFor(accounts, query);
  const by = byOf(query, isKnown);
  return { ...heading, by, rows: days.toReversed().flatMap((day) => rowsOf(day, by)) };
}

function advice({ accounts, keeper }: Asked): object {
  return { ...accounts.heading, advice: keeper.advice };
}

/** A budget of a principal tells what that one has used. */
async function budgetsFor(accounts: Accounts, isKnown: boolean): Promise<readonly BudgetState[]> {
  const budgets = await accounts.budgets();
  return budgets.filter(({ principal }) => isKnown || principal === undefined);
}

async function daysFor(
  accounts: Accounts,
  query: AdminRequest["query"],
): Promise<{ readonly heading: DaysHeading; readonly days: readonly CostDay[] }> {
  const count = numberOf(query, "days", 1, MAX_COST_DAYS);
  const lastDay = lastDayOf(query, accounts.ledger.today);
  const firstDay = shiftDay(lastDay, 1 - count);
  return { heading: { ...accounts.heading, firstDay, lastDay }, days: await accounts.days(lastDay, count) };
}

function lastDayOf({ to }: AdminRequest["query"], today: string): string {
  if (to === undefined) return today;
  const isDay = /^\d{4}-\d\d-\d\d$/.test(to) && !Number.isNaN(Date.parse(to)) && shiftDay(to, 0) === to;
  if (!isDay) throw new Malformed(`to is ${JSON.stringify(to)}. It must be a day such as ${today}.`);
  return to > today ? today : to;
}

function numberOf(query: AdminRequest["query"], name: string, usual: number, most: number): number {
  const text = query[name];
  if (text === undefined) return usual;
  if (/^[1-9]\d{0,5}$/.test(text) && Number(text) <= most) return Number(text);
  throw new Malformed(`${name} is ${JSON.stringify(text)}. It must be a whole number from 1 to ${most}.`);
}

/** Rows by which somebody could tell who used what. */
const PERSONAL: ReadonlySet<RowsBy> = new Set(["principal", "session"]);

function byOf({ by = "tool" }: AdminRequest["query"], isKnown: boolean): RowsBy {
  const found = ROWS_BY.find((one) => one === by);
  if (found !== undefined && PERSONAL.has(found) && !isKnown) {
    throw new Personal(
      `by=${found} tells who used what, and anybody on this machine could ask here. Set admin.token in the config, or let admin.listen be a socket.`,
    );
  }
  if (found !== undefined) return found;
  throw new Malformed(`by is ${JSON.stringify(by)}. It must be one of ${ROWS_BY.join(", ")}.`);
}
