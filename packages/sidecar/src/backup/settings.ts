import { type Codec, DEFAULT_CODEC, DEFAULT_RETENTION, isRecipient } from "@mcp-ops/backup";
import { z } from "zod";
import { path } from "../config/sections.ts";
import { type DatabaseSettings, databaseSettings } from "./database-settings.ts";
import { named } from "./fields.ts";
import { type OffsiteSettings, offsiteSettings } from "./offsite-settings.ts";
import { type ProbeSettings, probeSettings } from "./probe-settings.ts";
import { faultsOf, isFreeName, isPublicKey } from "./set-faults.ts";
import { type SourceSettings, sourceSettings } from "./source-settings.ts";
import { type WatchSettings, watchSettings } from "./watch-settings.ts";

/** The section `backup` of the config. */
export interface BackupSettings {
  readonly folder?: string | undefined;
  readonly sets: Readonly<Record<string, BackupSetSettings>>;
}

export interface BackupSetSettings {
  readonly sources: readonly SourceSettings[];
  readonly discover: readonly ("clients" | "server-files")[];
  readonly projects: readonly string[];
  readonly databases: Readonly<Record<string, DatabaseSettings>>;
  readonly codec: Codec;
  readonly recipients: readonly string[];
  readonly signKey?: string | undefined;
  readonly trustedKeys: readonly string[];
  readonly schedule: string;
  readonly timeZone: string;
  readonly retention: RetentionSettings;
  readonly verifyAfterDays: number;
  readonly watch: WatchSettings;
  readonly offsite?: OffsiteSettings | undefined;
  readonly offer: boolean;
  readonly probe?: ProbeSettings | undefined;
}

interface RetentionSettings {
  readonly last?: number | undefined;
  readonly hourly?: number | undefined;
  readonly daily?: number | undefined;
  readonly weekly?: number | undefined;
  readonly monthly?: number | undefined;
  readonly yearly?: number | undefined;
  readonly withinDays?: number | undefined;
}

/** At night in Europe, and not at the full hour, when everybody's jobs begin. */
const DEFAULT_SCHEDULE = "17 3 * * *";
/** All of a set is read again so often, apart from the reading after each run: disks rot silently. */
const DEFAULT_VERIFY_AFTER_DAYS = 7;

const many = z.number().int().min(1);

const retention: z.ZodType<RetentionSettings> = z
  .strictObject({
    last: many
      .optional()
      .describe("The newest ones.")
      .meta({ examples: [10] }),
    hourly: many
      .optional()
      .describe("The newest of each of so many hours.")
      .meta({ examples: [24] }),
    daily: many
      .optional()
      .describe("Of days, as those of UTC.")
      .meta({ examples: [7] }),
    weekly: many
      .optional()
      .describe("Of weeks, from Monday.")
      .meta({ examples: [5] }),
    monthly: many
      .optional()
      .describe("Of months.")
      .meta({ examples: [12] }),
    yearly: many
      .optional()
      .describe("Of years.")
      .meta({ examples: [3] }),
    withinDays: many
      .optional()
      .describe("All that are at most so much older than the newest.")
      .meta({ examples: [2] }),
  })
  .prefault({ ...DEFAULT_RETENTION })
  .describe(
    "What stays; a backup stays when any rule wants it. Without this section: last 10, daily 7, weekly 5, monthly 12.",
  );

const oneSet: z.ZodType<BackupSetSettings> = z.strictObject({
  sources: sourceSettings,
  discover: z
    .array(z.enum(["clients", "server-files"]))
    .default([])
    .describe("What is found by itself: configs of MCP clients, and files the servers in them are started with.")
    .meta({ examples: [["clients"]] }),
  projects: z.array(path).default([]).describe("Folders of projects whose own MCP configs are sought, too."),
  databases: databaseSettings,
  codec: z.enum(["zstd", "gzip", "none"]).default(DEFAULT_CODEC).describe("How archives are compressed."),
  recipients: z
    .array(
      z.string().refine(isRecipient, {
        error:
          "must be an age recipient without a typing error, age1…: the public half of a key, as age-keygen prints it",
      }),
    )
    .default([])
    .describe("age recipients (age1…). With one, archives are encrypted; keep the identity elsewhere."),
  signKey: path
    .optional()
    .describe("File of this machine's signing key; made when it is not there. With it, every backup is signed.")
    .meta({ examples: ["/var/lib/mcp-ops/backup.key"] }),
  trustedKeys: z
    .array(
      z.string().refine(isPublicKey, {
        error: "must be a public key of Ed25519 in base64, as the refusal of a restore names it",
      }),
    )
    .default([])
    .describe("Public keys whose backups may be restored here, too."),
  schedule: z.string().default(DEFAULT_SCHEDULE).describe("A cron expression of five fields."),
  timeZone: z.string().default("UTC").describe("Of which the schedule speaks."),
  retention,
  verifyAfterDays: many
    .max(3650)
    .default(DEFAULT_VERIFY_AFTER_DAYS)
    .describe("All backups of the set are read again when the oldest reading is older than this."),
  watch: watchSettings,
  offsite: offsiteSettings.optional(),
  offer: z
    .boolean()
    .default(false)
    .describe("Give its newest good backup to whoever shows the token of admin, as a standby does (failover.sync)."),
  probe: probeSettings
    .optional()
    .describe(
      "Asked after a restore; when it says no, everything is put back. MCP_OPS_RESTORED names the folder of a drill.",
    ),
});

/** More sets than this would be more series than a page should have. */
const MAX_SETS = 100;

export const backupSection: z.ZodType<BackupSettings> = z
  .strictObject({
    folder: path
      .optional()
      .describe("Where the backups lie. Default: backups beside the embedded state.")
      .meta({ examples: ["/var/lib/mcp-ops/backups"] }),
    sets: z
      .record(
        named("mcp").refine(isFreeName, { error: "must not end so: the copies made before restores are called that" }),
        oneSet,
      )
      .refine((sets) => Object.keys(sets).length <= MAX_SETS, { error: `must be at most ${MAX_SETS} sets` })
      .superRefine((sets, context) => {
        for (const [name, set] of Object.entries(sets)) {
          for (const [key, message] of faultsOf(name, set))
            context.addIssue({ code: "custom", path: [name, key], message });
        }
      })
      .default({})
      .describe("What is backed up together and restored together, by names of your own."),
  })
  .describe("Backups of files and databases, kept at their times and on changes.");
