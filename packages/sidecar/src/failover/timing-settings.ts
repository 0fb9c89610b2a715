import { type LeaseStore, type Timing, timingOf } from "@mcp-ops/failover";
import { z } from "zod";

/** Durations that differ from the defaults of the store's kind. */
export interface TimingSettings {
  readonly ttlMs?: number | undefined;
  readonly marginMs?: number | undefined;
  readonly renewEveryMs?: number | undefined;
  readonly renewDeadlineMs?: number | undefined;
  readonly rpcTimeoutMs?: number | undefined;
  readonly pollEveryMs?: number | undefined;
  readonly holdMs?: number | undefined;
  readonly coolDownMs?: number | undefined;
  readonly headStartMs?: number | undefined;
  readonly drainMs?: number | undefined;
}

/** Beyond an hour nobody calls it failover. */
const MAX_MS = 3_600_000;

const ms = (example: number, about: string, min = 1) =>
  z
    .number()
    .int()
    .min(min)
    .max(MAX_MS)
    .optional()
    .describe(about)
    .meta({ examples: [example] });

export const timingSettings: z.ZodType<TimingSettings> = z
  .strictObject({
    ttlMs: ms(10_000, "How long a lease lives without a renewal: about how long a failover takes."),
    marginMs: ms(1_000, "How long before the end of its lease a primary stops."),
    renewEveryMs: ms(3_000, "Between two renewals."),
    renewDeadlineMs: ms(8_000, "Without a renewal for this long a primary takes no new calls."),
    rpcTimeoutMs: ms(2_000, "After which a question to the store has failed."),
    pollEveryMs: ms(500, "Between two looks of a standby, where the store cannot be watched."),
    holdMs: ms(10_000, "After its promotion a node is not deposed for its health for this long.", 0),
    coolDownMs: ms(10_000, "After it led, a node does not apply again for this long.", 0),
    headStartMs: ms(2_000, "How long the candidate of a switchover is alone in applying.", 0),
    drainMs: ms(5_000, "How long calls in flight may take when the lease is given away.", 0),
  })
  .describe(
    "Durations of the election. Defaults depend on the kind of store; what cannot be safe is refused at the start.",
  );

/** The hook is killed at its time. What came of it is heard before the engine stops waiting: a hook that is not required must not decide by its silence. */
const FENCE_HEARD_MS = 2_000;

/** As the engine wants them. */
export function timingFor(
  kind: LeaseStore["kind"],
  given: TimingSettings,
  fenceTimeoutMs: number | undefined,
  minTtlMs = 0,
): Timing {
  const waitMs = fenceTimeoutMs === undefined ? undefined : fenceTimeoutMs + FENCE_HEARD_MS;
  const said = Object.entries({ ...given, fenceTimeoutMs: waitMs }).filter(([, value]) => value !== undefined);
  return timingOf(kind, Object.fromEntries(said), minTtlMs);
}
