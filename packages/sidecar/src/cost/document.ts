import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { costDocumentText } from "@mcp-ops/cost";
import { COST_FILE } from "@mcp-ops/formats";
import type { Accounts } from "./accounts.ts";

const MAX_DAYS = 31;

/** Tells the servers of this machine what they may know, where they look for it; the file is there whole or not at all. */
export async function leaveCostDocument(folder: string, accounts: Accounts): Promise<void> {
  const { ledger, heading } = accounts;
  const path = join(folder, COST_FILE);
  const draft = `${path}.new`;
  try {
    const text = costDocumentText(heading, await accounts.days(ledger.today, MAX_DAYS), await accounts.budgets());
    await writeFile(draft, text, { mode: 0o600 });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
