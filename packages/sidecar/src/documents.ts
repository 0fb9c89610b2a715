import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BUDGETS_FILE, COST_FILE, SLO_FILE } from "@mcp-ops/formats";

const DOCUMENTS: readonly string[] = [BUDGETS_FILE, COST_FILE, SLO_FILE];

/** Tells the servers of this machine what they may know, where they look for it; the file is there whole or not at all. */
export async function leaveDocument(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name);
  const draft = draftOf(path);
  try {
    await writeFile(draft, text, { mode: 0o600 });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Whether a file is one of ours, or a draft of one that a kill has left. */
export function isDocument(file: string): boolean {
  return DOCUMENTS.some((name) => file === name || file === draftOf(name));
}

function draftOf(path: string): string {
  return `${path}.new`;
}
