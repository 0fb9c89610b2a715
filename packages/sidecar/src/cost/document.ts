import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { costDocumentText } from "@mcp-ops/cost";
import { COST_FILE } from "@mcp-ops/formats";
import type { Accounts } from "./accounts.ts";

const MAX_DAYS = 31;

/** What the servers of this machine may know. */
export function costDocument(accounts: Accounts): string {
  const { ledger, book, zone } = accounts;
  const heading = { currency: book.currency, timeZone: zone.name, generatedAt: new Date().toISOString() };
  return costDocumentText(heading, accounts.days(ledger.today, MAX_DAYS), accounts.budgets());
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
