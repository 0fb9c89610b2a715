import type { BudgetState, CostDay, CostDocument, ServerCost, ShareCost, ToolCost } from "@mcp-ops/formats";
import { merged } from "./merged.ts";
import { MAX_ROWS } from "./own-figures.ts";
import type { Known } from "./sidecar-file.ts";

/** What who asks may see. */
export interface View {
  /** The server that was asked; undefined for all of the machine. */
  readonly server: string | undefined;
  /** Whether what each principal and session cost is shown. */
  readonly details: boolean;
}

/** Older than this, what the sidecar said is marked as stale: it writes every minute at least. */
export const STALE_MS = 300_000;

/** What one day cost; by default the newest. */
export function daySummary(known: Known<CostDocument>, view: View): object {
  const [day] = known.document.days;
  return { ...heading(known), ...(day && dayReport(day, view)), budgets: budgetsFor(known.document.budgets, view) };
}

/** What the last days cost, and all of them together by tool. */
export function daysSummary(known: Known<CostDocument>, days: number, view: View): object {
  const chosen = known.document.days.slice(0, days);
  const servers = chosen.flatMap((day) => serversOf(day, view));
  return {
    ...heading(known),
    days: chosen.map((day) => ({
      day: day.day,
      complete: day.isComplete,
      cost: money(sum(serversOf(day, view), "microUnits")),
    })),
    ...total(servers),
    tools: toolRows(joined(servers.flatMap(({ tools }) => tools))),
    budgets: budgetsFor(known.document.budgets, view),
  };
}

/** Which document this is of, and whether it is old. */
export function heading({ document, ageMs }: Known<{ readonly generatedAt: string }>): object {
  const isStale = ageMs > STALE_MS;
  return {
    schema: 1,
    source: "sidecar",
    generatedAt: document.generatedAt,
    ageSeconds: Math.round(ageMs / 1000),
    ...(isStale && { stale: true, note: "The sidecar has written nothing for a while: this may not be so any more." }),
    ...("currency" in document && { currency: document.currency }),
    ...("timeZone" in document && { timeZone: document.timeZone }),
  };
}

function dayReport(day: CostDay, view: View): object {
  const servers = serversOf(day, view);
  const when = { day: day.day, complete: day.isComplete, prices: day.prices };
  if (view.server === undefined)
    return {
      ...when,
      ...total(servers),
      machineIdle: money(day.machineIdle),
      servers: servers.slice(0, MAX_ROWS).map((one) => serverReport(one, view)),
    };
  const [own] = servers;
  return { ...when, ...(own === undefined ? { server: view.server, cost: 0 } : serverReport(own, view)) };
}

function serverReport(server: ServerCost, { details }: View): object {
  return {
    server: server.server,
    ...total([server]),
    definitionTokens: server.definitionTokens,
    tools: toolRows(server.tools),
    unattributed: money(server.unattributed),
    ...(details && { principals: shareRows(server.principals), sessions: shareRows(server.sessions) }),
  };
}

function total(servers: readonly ServerCost[]): object {
  return {
    cost: money(sum(servers, "microUnits")),
    parts: {
      used: money(sum(servers, "used")),
      idle: money(sum(servers, "idle")),
      tokens: money(sum(servers, "tokens")),
      definitions: money(sum(servers, "definitions")),
      calls: money(sum(servers, "calls")),
    },
    cpuSeconds: sum(servers, "cpuUs") / 1e6,
    // A small sum is no small bill where something has no price.
    unpriced: [...new Set(servers.flatMap(({ unpriced }) => unpriced))],
  };
}

function serversOf({ servers }: CostDay, { server }: View): readonly ServerCost[] {
  return server === undefined ? servers : servers.filter((one) => one.server === server);
}

/** The same tool on several days, or of several servers, in one row. */
function joined(tools: readonly ToolCost[]): readonly ToolCost[] {
  const rows = new Map<string, ToolCost>();
  for (const tool of tools) {
    const before = rows.get(tool.target);
    const more = {
      target: tool.target,
      calls: tool.calls + (before?.calls ?? 0),
      microUnits: tool.microUnits + (before?.microUnits ?? 0),
      tokens: tool.tokens + (before?.tokens ?? 0),
      resultTokens: merged([before?.resultTokens ?? {}, tool.resultTokens]),
    };
    rows.set(tool.target, more);
  }
  return [...rows.values()];
}

function toolRows(tools: readonly ToolCost[]): readonly object[] {
  const dearest = [...tools].sort((a, b) => b.microUnits - a.microUnits).slice(0, MAX_ROWS);
  return dearest.map(({ target, calls, microUnits, resultTokens }) => ({
    tool: target,
    calls,
    cost: money(microUnits),
    resultTokens,
  }));
}

function shareRows(shares: readonly ShareCost[]): readonly object[] {
  const dearest = [...shares].sort((a, b) => b.microUnits - a.microUnits).slice(0, MAX_ROWS);
  return dearest.map(({ name, calls, microUnits }) => ({ name, calls, cost: money(microUnits) }));
}

/** Those for this server or for any; of principals only for who may know them. */
function budgetsFor(budgets: readonly BudgetState[], { server, details }: View): readonly object[] {
  const shown = budgets.filter(
    (budget) =>
      (server === undefined || budget.server === undefined || budget.server === server) &&
      (details || budget.principal === undefined),
  );
  return shown.map(({ limitMicroUnits, spentMicroUnits, forecastMicroUnits, isHard, ...rest }) => ({
    ...rest,
    // What is spent of a budget for several servers tells what the others cost.
    ...((server === undefined || rest.server === server) && {
      limit: money(limitMicroUnits),
      spent: money(spentMicroUnits),
      ...(forecastMicroUnits !== undefined && { forecast: money(forecastMicroUnits) }),
    }),
    hard: isHard,
  }));
}

/** In units of the currency: a model reads them more surely than millionths. */
function money(microUnits: number): number {
  return microUnits / 1e6;
}

function sum<K extends string>(rows: readonly Readonly<Record<K, number>>[], name: K): number {
  return rows.reduce((total, row) => total + row[name], 0);
}
