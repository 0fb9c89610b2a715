import type { DependencyStatus } from "@mcp-ops/formats";

/** What is remembered of a dependency from run to run. */
export interface Damped {
  readonly status: DependencyStatus;
  /** Findings in a row that speak against the status. */
  readonly against: number;
  readonly consecutiveFailures: number;
}

export const UNKNOWN: Damped = { status: "starting", against: 0, consecutiveFailures: 0 };

/** The first finding decides at once; after it, only `rise` successes or `fall` failures in a row change the status. */
export function damp(before: Damped, ok: boolean, { rise, fall }: { rise: number; fall: number }): Damped {
  const consecutiveFailures = ok ? 0 : before.consecutiveFailures + 1;
  const found = ok ? "up" : "down";
  if (before.status === "starting") return { status: found, against: 0, consecutiveFailures };
  if (before.status === found) return { status: found, against: 0, consecutiveFailures };
  const against = before.against + 1;
  const settled = against >= (ok ? rise : fall);
  return { status: settled ? found : before.status, against: settled ? 0 : against, consecutiveFailures };
}
