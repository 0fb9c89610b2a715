import { join } from "node:path";
import { JOURNAL_FOLDER, SLO_FILE, type SloDocument } from "@mcp-ops/formats";
import { leaveDocument } from "../documents.ts";

/** Leaves the states where servers look for them. Without the folder of the journals there is nobody who would. */
export async function leaveSloDocument(runtimeFolder: string, document: SloDocument): Promise<void> {
  try {
    await leaveDocument(join(runtimeFolder, JOURNAL_FOLDER), SLO_FILE, JSON.stringify(document));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
