import { DEFAULT_QUIET_MS } from "@mcp-ops/backup";
import { z } from "zod";
import { path } from "../config/sections.ts";

/** How the files of a set are watched. */
export interface WatchSettings {
  readonly enabled: boolean;
  readonly quietMs: number;
  readonly minIntervalMs: number;
  readonly requiredServers: Readonly<Record<string, readonly string[]>>;
}

/** Some clients write their config all the time; a backup a minute is enough to lose little. */
const DEFAULT_MIN_INTERVAL_MS = 60_000;

const whole = z.number().int();

export const watchSettings: z.ZodType<WatchSettings> = z
  .strictObject({
    enabled: z.boolean().default(true).describe("Whether they are watched."),
    quietMs: whole
      .min(10)
      .max(60_000)
      .default(DEFAULT_QUIET_MS)
      .describe("How long nothing must happen before a change counts: clients write in several steps."),
    minIntervalMs: whole
      .min(0)
      .max(86_400_000)
      .default(DEFAULT_MIN_INTERVAL_MS)
      .describe("Between two backups that changes lead to."),
    requiredServers: z
      .record(path, z.array(path))
      .default({})
      .describe("Servers that must be in a config, by its path; an alarm is raised when one is not.")
      .meta({ examples: [{ "/home/me/.claude.json": ["weather"] }] }),
  })
  .prefault({})
  .describe("A change of the configs in the set leads to a backup; one that is broken or lost a server, to an alarm.");
