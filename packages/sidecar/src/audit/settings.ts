import { z } from "zod";
import { path } from "../config/sections.ts";

/** The section `audit` of the config. */
export interface AuditSettings {
  readonly folders: readonly string[];
  readonly verifyEveryMs: number;
}

/** Soon enough for whoever looks at an alert; a log of a hundred megabytes takes seconds. */
const DEFAULT_VERIFY_EVERY_MS = 300_000;
const MAX_FOLDERS = 100;

export const auditSection: z.ZodType<AuditSettings> = z
  .strictObject({
    folders: z
      .array(path)
      .max(MAX_FOLDERS)
      .default([])
      .describe("Folders of audit logs, which are held against their own chains: docs/audit.md.")
      .meta({ examples: [["/var/lib/travel-desk/audit"]] }),
    verifyEveryMs: z
      .number()
      .int()
      .min(1_000)
      .max(86_400_000)
      .default(DEFAULT_VERIFY_EVERY_MS)
      .describe(
        "How often each is read whole; one that takes longer than five seconds more seldom, so that it takes 2 % of a core at most.",
      ),
  })
  .describe("Whether audit logs are as they were written.");
