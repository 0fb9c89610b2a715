import { costDocumentText } from "@mcp-ops/cost";
import { BUDGETS_FILE, type BudgetsDocument, COST_FILE, MAX_COST_DAYS } from "@mcp-ops/formats";
import { leaveDocument } from "../documents.ts";
import type { Accounts } from "./accounts.ts";

/** Tells the servers what they cost, and apart from it, for their gates, how their budgets stand: calls are refused by that. */
export async function leaveCostDocuments(folder: string, accounts: Accounts): Promise<void> {
  const { ledger, heading } = accounts;
  const budgets = await accounts.budgets();
  const told: BudgetsDocument = { schema: 1, generatedAt: heading.generatedAt, budgets };
  await leaveDocument(folder, BUDGETS_FILE, JSON.stringify(told));
  const days = await accounts.days(ledger.today, MAX_COST_DAYS);
  await leaveDocument(folder, COST_FILE, await costDocumentText(heading, days, budgets));
}
