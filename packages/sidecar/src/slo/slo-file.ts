import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { JOURNAL_FOLDER, SLO_FILE, type SloDocument } from "@mcp-ops/formats";

/** Leaves the document where servers look for it. Without the folder of the journals there is nobody who would. */
export async function leaveDocument(runtimeFolder: string, document: SloDocument): Promise<void> {
  const path = join(runtimeFolder, JOURNAL_FOLDER, SLO_FILE);
  const draft = `${path}.new`;
  try {
    await writeFile(draft, JSON.stringify(document), { mode: 0o600 });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
