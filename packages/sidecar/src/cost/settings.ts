import {
  BUDGET_PERIODS,
  budgetFaults,
  DEFAULT_LEDGER_RETENTION,
  DEFAULT_WARN_AT,
  type WrittenBudget,
  Zone,
} from "@mcp-ops/cost";
import { z } from "zod";
import { named } from "../backup/fields.ts";
import { path } from "../config/sections.ts";

/** The section `cost` of the config. */
export interface CostSettings {
  readonly enabled: boolean;
  readonly file?: string | undefined;
  readonly timeZone: string;
  readonly everyMs: number;
  readonly prices?: string | undefined;
  readonly machine?: ReservedSettings | undefined;
  readonly servers: Readonly<Record<string, CostServerSettings>>;
  readonly budgets: Readonly<Record<string, WrittenBudget>>;
  readonly minuteDays: number;
  readonly dayDays: number;
}

interface ReservedSettings {
  readonly cores: number;
  readonly memoryMiB: number;
}

export interface CostServerSettings {
  readonly cores?: number | undefined;
  readonly memoryMiB?: number | undefined;
  readonly cgroup?: string | undefined;
  readonly folders: readonly string[];
}

/** As often as Prometheus usually scrapes: memory is seen at that grain, and CPU time does not depend on it. */
const DEFAULT_EVERY_MS = 15_000;
/** Names of budgets are labels, and each is worked out every few seconds. */
const MAX_BUDGETS = 100;
const MAX_SERVERS = 200;

const BUDGETS: Readonly<Record<string, WrittenBudget>> = {
  team: { period: "month", limit: 200, warnAt: DEFAULT_WARN_AT },
  weather: { server: "weather", target: "forecast", period: "day", limit: "2.50", hard: true },
};

const whole = z.number().int();
const cores = z.number().positive().max(10_000);
const memoryMiB = whole.min(1).max(100_000_000);

const machine: z.ZodType<ReservedSettings> = z.strictObject({
  cores: cores.describe("Cores that are paid for.").meta({ examples: [2] }),
  memoryMiB: memoryMiB.describe("Memory that is paid for, in MiB.").meta({ examples: [4096] }),
});

const server: z.ZodType<CostServerSettings> = z.strictObject({
  cores: cores
    .optional()
    .describe(
      "Cores reserved for it, all its processes together, whether it runs or not. Default: the limit of its cgroup, else none.",
    )
    .meta({ examples: [0.5] }),
  memoryMiB: memoryMiB
    .optional()
    .describe("Memory reserved for it, in MiB. As above.")
    .meta({ examples: [256] }),
  cgroup: z
    .string()
    .regex(/^(?:own|\/.*)$/, { error: "must be own, or the path of a cgroup such as /system.slice/weather.service" })
    .optional()
    .describe("Count by this cgroup and not by processes: own, or a path. Only for one the server has to itself.")
    .meta({ examples: ["/system.slice/weather.service"] }),
  folders: z
    .array(path)
    .default([])
    .describe("Folders whose size is its storage.")
    .meta({ examples: [["/var/lib/weather"]] }),
});

const common = {
  server: z.string().min(1).optional().describe("Of one server; left out: of all."),
  target: z.string().min(1).optional().describe("Of one tool."),
  principal: z.string().min(1).optional().describe("Of one principal; not together with target."),
  limit: z.union([z.number(), z.string()]).describe("In the currency of the prices."),
  warnAt: z.number().optional().describe(`Share of the limit at which to warn. Default: ${DEFAULT_WARN_AT}.`),
  hard: z
    .boolean()
    .optional()
    .describe("Whether calls are refused once it is exceeded, by servers that were told to look."),
};

const budget: z.ZodType<WrittenBudget> = z
  .discriminatedUnion(
    "period",
    [
      z.strictObject({ period: z.literal("day").describe("A day of the time zone."), ...common }),
      z.strictObject({ period: z.literal("month").describe("A month of the time zone."), ...common }),
    ],
    { error: `must have a period: ${BUDGET_PERIODS.join(" or ")}` },
  )
  .superRefine((given, context) => {
    for (const [key, message] of budgetFaults(given)) context.addIssue({ code: "custom", path: [key], message });
  });

function atMost(most: number): (all: object) => boolean {
  return (all) => Object.keys(all).length <= most;
}

export const costSection: z.ZodType<CostSettings> = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe("With false nothing is measured, servers keep no journals, and objectives know of no calls."),
    file: path
      .optional()
      .describe("File of the ledger. Default: ledger.db beside the embedded state.")
      .meta({ examples: ["/var/lib/mcp-ops/ledger.db"] }),
    timeZone: z
      .string()
      .default("UTC")
      .refine(isZone, { error: "must be the name of a time zone, such as Europe/Vienna" })
      .describe("In which days and months begin, also those of objectives."),
    everyMs: whole
      .min(1_000)
      .max(300_000)
      .default(DEFAULT_EVERY_MS)
      .describe(
        "How often the servers' counters are read. The sum of CPU time does not depend on it; memory is seen at this grain.",
      ),
    prices: path
      .optional()
      .describe(
        "The price book, YAML or JSON: docs/cost.md. Default: OpenCost's defaults. It is read again when it changes.",
      )
      .meta({ examples: ["prices.yaml"] }),
    machine: machine
      .optional()
      .describe("What the whole machine has, where it is paid whole: what no server takes is its idle time."),
    servers: z
      .record(
        z
          .string()
          .min(1)
          .max(200)
          .meta({ examples: ["weather"] }),
        server,
      )
      .refine(atMost(MAX_SERVERS), { error: `must be at most ${MAX_SERVERS} servers` })
      .default({})
      .describe("What is reserved for servers, by the names under which they register."),
    budgets: z
      .record(named("team"), budget)
      .refine(atMost(MAX_BUDGETS), { error: `must be at most ${MAX_BUDGETS} budgets` })
      .default({})
      .describe("What may be spent, by names of your own: for all, or a server, target (tool) or principal.")
      .meta({ examples: [BUDGETS] }),
    minuteDays: whole
      .min(1)
      .max(400)
      .default(DEFAULT_LEDGER_RETENTION.minuteDays)
      .describe("For how many days minutes are kept, and sessions."),
    dayDays: whole
      .min(31)
      .max(4_000)
      .default(DEFAULT_LEDGER_RETENTION.dayDays)
      .describe("For how many days the sums of days are kept."),
  })
  .describe("What the servers take, and what that costs.");

function isZone(name: string): boolean {
  try {
    return new Zone(name).name === name;
  } catch {
    return false;
  }
}
