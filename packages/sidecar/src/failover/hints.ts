import { durationMs } from "./durations.ts";

/** What the variables of usual compose files say. None of them can make a node lead. */
export interface Hints {
  readonly everyMs: number | undefined;
  readonly syncIntervalMs: number | undefined;
  /** What to tell the operator about them. */
  readonly notes: readonly string[];
}

/** Reads ROLE, PRIMARY_HOST, SYNC_INTERVAL and HEALTH_CHECK_INTERVAL. */
export function hintsOf(env: Readonly<Record<string, string | undefined>>): Hints {
  const notes: string[] = [];
  if (env.ROLE) notes.push("ROLE is a hint only: every node boots as a standby, and leads when it gets the lease.");
  if (env.PRIMARY_HOST)
    notes.push(
      "PRIMARY_HOST is a hint only: the primary is whoever holds the lease. Name the other nodes in failover.peers.",
    );
  const read = (name: string) => {
    const text = env[name];
    if (!text) return undefined;
    const ms = durationMs(text);
    if (ms === undefined || ms === 0)
      notes.push(`${name} is no duration, and counts as not set. Write it like 30 (seconds), 30s or 500ms.`);
    return ms || undefined;
  };
  return { everyMs: read("HEALTH_CHECK_INTERVAL"), syncIntervalMs: read("SYNC_INTERVAL"), notes };
}
