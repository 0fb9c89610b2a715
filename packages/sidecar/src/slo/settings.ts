import { SLO_KINDS, SLO_WINDOWS } from "@mcp-ops/formats";
import { CALL_ENDS, DEFAULT_WINDOW, type ObjectiveOptions, objective, VERDICTS } from "@mcp-ops/slo";
import { z } from "zod";
import { named } from "../backup/fields.ts";

/** The section `slo` of the config. */
export interface SloSettings {
  readonly objectives: Readonly<Record<string, ObjectiveSettings>>;
  readonly probeEveryMs: number;
  readonly probeTimeoutMs: number;
  readonly keepMonths: number;
}

export type ObjectiveSettings = Omit<ObjectiveOptions, "name">;

/** More than one in a minute, so that a minute is not judged by a single lost packet; few enough to cost nothing. */
const DEFAULT_PROBE_EVERY_MS = 15_000;
const DEFAULT_PROBE_TIMEOUT_MS = 2_000;
/** Two years and a month: this year's report can be laid beside last year's, and the one before. */
const DEFAULT_KEEP_MONTHS = 25;
/** A year and a month. */
const MIN_KEEP_MONTHS = 13;
/** Each is some 15 series, and is judged once a minute. */
const MAX_OBJECTIVES = 100;

const whole = z.number().int();

const common = {
  server: z.string().min(1).max(200).describe("Name under which the server is registered."),
  target: z.string().min(1).max(1024).optional().describe("A tool, prompt or resource of it; left out: all of them."),
  objective: z.number().describe("Share that has to be good: 0.999 for 99.9 %."),
  window: z.enum(SLO_WINDOWS).default(DEFAULT_WINDOW).describe("The last 28 or 30 days, or the calendar month."),
  outcomes: z
    .partialRecord(z.enum(CALL_ENDS), z.enum(VERDICTS))
    .optional()
    .describe("What calls that ended so count for, where it is not what docs/slo.md says."),
  minEvents: whole
    .min(1)
    .optional()
    .describe("Events without which nothing is said. Default: 20 calls, or 5 minutes of availability."),
  // These belong to one kind each; who gives one to another kind is told so by `objective()`.
  thresholdMs: z
    .number()
    .optional()
    .describe("Of latency: the longest a good call takes, with at most two significant digits."),
  whenAbsent: z
    .enum(["down", "ignored"])
    .optional()
    .describe(
      "Of availability: what it is when no process of the server runs; ignored is for servers that clients start.",
    ),
};

const oneObjective: z.ZodType<ObjectiveSettings> = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({
      kind: z.literal("availability").describe("Share of the minutes in which the server is there and serves."),
      ...common,
    }),
    z.strictObject({ kind: z.literal("latency").describe("Share of the calls that are answered in time."), ...common }),
    z.strictObject({ kind: z.literal("errors").describe("Share of the calls that end without error."), ...common }),
  ],
  { error: `must have a kind: ${SLO_KINDS.join(", ")}` },
);

export const sloSection: z.ZodType<SloSettings> = z
  .strictObject({
    objectives: z
      .record(named("desk-fast"), oneObjective)
      .refine((all) => Object.keys(all).length <= MAX_OBJECTIVES, {
        error: `must be at most ${MAX_OBJECTIVES} objectives`,
      })
      .superRefine((all, context) => {
        for (const [name, one] of Object.entries(all)) {
          const fault = faultOf(name, one);
          if (fault !== undefined) context.addIssue({ code: "custom", path: [name], message: fault });
        }
      })
      .default({})
      .describe("What is promised, by names of your own: docs/slo.md.")
      .meta({
        examples: [
          {
            "desk-up": { server: "travel-desk", kind: "availability", objective: 0.999 },
            "desk-fast": { server: "travel-desk", kind: "latency", thresholdMs: 350, objective: 0.99 },
          },
        ],
      }),
    probeEveryMs: whole
      .min(1_000)
      .max(60_000)
      .default(DEFAULT_PROBE_EVERY_MS)
      .describe("How often the servers are asked whether they are there; at least once a minute."),
    probeTimeoutMs: whole
      .min(100)
      .max(10_000)
      .default(DEFAULT_PROBE_TIMEOUT_MS)
      .describe("How long they may take to say so."),
    keepMonths: whole
      .min(MIN_KEEP_MONTHS)
      .max(240)
      .default(DEFAULT_KEEP_MONTHS)
      .describe("For how many months a report can be had."),
  })
  .describe("What is promised about servers, and whether it is kept.");

function faultOf(name: string, settings: ObjectiveSettings): string | undefined {
  try {
    objective({ name, ...settings });
    return undefined;
  } catch (error) {
    return `must make sense. ${(error as Error).message}`;
  }
}
