import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  COST_FILE,
  type CostDay,
  type CostDocument,
  OTHER,
  type ServerCost,
  type ShareCost,
  type ToolCost,
} from "@mcp-ops/formats";
import type { Accounts } from "./accounts.ts";

const MAX_DAYS = 31;
/** Of each server; the dearest. The rest is put together, so that the sums stay. */
const MAX_TOOLS = 100;
const MAX_SHARES = 50;
/** Servers do not read a document of more than four MiB. */
const MAX_CHARS = 3_500_000;

/** What the servers of this machine may know, as long as they can read it: the oldest days are left out first. */
export function costDocument(accounts: Accounts): string {
  const { ledger, book, zone } = accounts;
  const head = {
    schema: 1 as const,
    generatedAt: new Date().toISOString(),
    currency: book.currency,
    timeZone: zone.name,
  };
  const budgets = accounts.budgets();
  const days = accounts.days(ledger.today, MAX_DAYS).map((day, back) => textOf(day, back === 0));
  let chars = JSON.stringify(budgets).length;
  const kept = days.filter((text) => {
    chars += text.length;
    return chars < MAX_CHARS;
  });
  const document: CostDocument = { ...head, days: [], budgets };
  return JSON.stringify(document).replace('"days":[]', () => `"days":[${kept.join(",")}]`);
}

/** Days that are over stay the same objects, and need not be written out again every few seconds. */
const TEXTS: WeakMap<CostDay, string> = new WeakMap();

function textOf(day: CostDay, isToday: boolean): string {
  const known = TEXTS.get(day);
  if (known !== undefined && !isToday) return known;
  const text = JSON.stringify(brief(day, isToday));
  if (!isToday) TEXTS.set(day, text);
  return text;
}

/** Where servers look for it; it is there whole or not at all. */
export async function leaveCostDocument(folder: string, text: string): Promise<void> {
  const path = join(folder, COST_FILE);
  const draft = `${path}.new`;
  try {
    await writeFile(draft, text, { mode: 0o600 });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Of sessions only today's are of interest. */
function brief(day: CostDay, isToday: boolean): CostDay {
  return {
    ...day,
    servers: day.servers.map(
      (server): ServerCost => ({
        ...server,
        tools: dearest(server.tools, MAX_TOOLS, otherTools),
        principals: dearest(server.principals, MAX_SHARES, otherShares),
        sessions: isToday ? dearest(server.sessions, MAX_SHARES, otherShares) : [],
      }),
    ),
  };
}

function dearest<Row extends { readonly microUnits: number }>(
  rows: readonly Row[],
  most: number,
  together: (rows: readonly Row[]) => Row,
): readonly Row[] {
  if (rows.length <= most) return rows;
  const sorted = rows.toSorted((a, b) => b.microUnits - a.microUnits);
  return [...sorted.slice(0, most - 1), together(sorted.slice(most - 1))];
}

function otherTools(tools: readonly ToolCost[]): ToolCost {
  const resultTokens: Record<string, number> = {};
  for (const [method, count] of tools.flatMap((tool) => Object.entries(tool.resultTokens))) {
    resultTokens[method] = (resultTokens[method] ?? 0) + count;
  }
  const sum = (of: (tool: ToolCost) => number) => tools.reduce((total, tool) => total + of(tool), 0);
  return {
    target: OTHER,
    calls: sum(({ calls }) => calls),
    resultTokens,
    microUnits: sum(({ microUnits }) => microUnits),
    tokens: sum(({ tokens }) => tokens),
  };
}

function otherShares(shares: readonly ShareCost[]): ShareCost {
  const calls = shares.reduce((sum, share) => sum + share.calls, 0);
  return { name: OTHER, calls, microUnits: shares.reduce((sum, share) => sum + share.microUnits, 0) };
}
