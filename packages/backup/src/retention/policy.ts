import { backupError } from "../errors.ts";

/** How many to keep: a backup stays when any rule wants it. Hours, days, weeks (from Monday), months and years are those of UTC. */
export interface RetentionPolicy {
  readonly last?: number | undefined;
  readonly hourly?: number | undefined;
  readonly daily?: number | undefined;
  readonly weekly?: number | undefined;
  readonly monthly?: number | undefined;
  readonly yearly?: number | undefined;
  /** All that are at most so much older than the newest good one, not than now: when backups stop, none must age out. */
  readonly withinMs?: number | undefined;
}

/** A week day by day, a month by weeks, a year by months; what most people would choose. */
export const DEFAULT_RETENTION: RetentionPolicy = { last: 10, daily: 7, weekly: 5, monthly: 12 };

export type CountedRule = Exclude<keyof RetentionPolicy, "withinMs">;

export const COUNTED_RULES: readonly CountedRule[] = ["last", "hourly", "daily", "weekly", "monthly", "yearly"];

/**
 * Refuses a rule that keeps nothing: it is a mistake, never a wish.
 *
 * @throws OpsError `BACKUP_RETENTION_INVALID`
 */
export function demandPolicy(policy: RetentionPolicy): void {
  for (const rule of [...COUNTED_RULES, "withinMs"] as const) {
    const value = policy[rule];
    if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) continue;
    throw backupError(
      "BACKUP_RETENTION_INVALID",
      `The retention rule \`${rule}\` must be a whole number from 1, not ${value}. Leave it out if it shall keep nothing.`,
    );
  }
}

/** Without any rule nothing is ever removed. */
export function hasRules(policy: RetentionPolicy): boolean {
  return policy.withinMs !== undefined || COUNTED_RULES.some((rule) => policy[rule] !== undefined);
}
