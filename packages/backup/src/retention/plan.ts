import { PERIOD } from "./periods.ts";
import { COUNTED_RULES, demandPolicy, hasRules, type RetentionPolicy } from "./policy.ts";

/** What retention has to know about a backup. */
export interface KeptBackup {
  readonly id: string;
  /** When it was made: milliseconds since 1970. */
  readonly at: number;
  readonly result: "complete" | "partial" | "failed";
  /** Whether its bytes were last read back whole; `undefined` before the first reading. */
  readonly verified?: boolean | undefined;
}

export interface Keep {
  readonly id: string;
  /** Why it stays, in words for a person: `last 3 of 7`, `daily 2 of 7`. */
  readonly reasons: readonly string[];
}

export interface RetentionAlarm {
  readonly kind: "future-timestamp" | "nothing-good" | "nothing-verified";
  readonly message: string;
  readonly ids: readonly string[];
}

/** What stays, what may go, and what somebody should look at. Newest first. */
export interface RetentionPlan {
  readonly keep: readonly Keep[];
  readonly remove: readonly string[];
  readonly alarms: readonly RetentionAlarm[];
}

/** Clocks of two machines differ; by more than this a backup was not made when it says it was. */
export const FUTURE_TOLERANCE_MS: number = 5 * 60_000;

/**
 * Decides what a set's backups come to; touches nothing.
 *
 * Only good ones (complete, and not found damaged) count. Backups from the future are kept, told of, and count for nothing: otherwise a
 * clock that was wrong once, or somebody who can write only, could push the good ones out. What is not good and older than the newest
 * good one goes; what is newer may hold what no other has, so the rules are applied to it apart. The newest verified good one always stays.
 *
 * @param now milliseconds since 1970
 * @throws OpsError `BACKUP_RETENTION_INVALID`
 */
export function plan(backups: readonly KeptBackup[], policy: RetentionPolicy, now: number): RetentionPlan {
  demandPolicy(policy);
  const sorted = backups.map(dated).sort(newestFirst);
  const future = sorted.filter(({ at }) => at > now + FUTURE_TOLERANCE_MS);
  const past = sorted.filter(({ at }) => at <= now + FUTURE_TOLERANCE_MS);
  const good = past.filter(isGood);
  const reasons = new Reasons();
  for (const { id } of future) reasons.add(id, "its time lies in the future");
  if (hasRules(policy)) {
    keepByRules(good, policy, reasons);
    keepNewerRest(past, good[0], policy, reasons);
  } else {
    for (const { id } of past) reasons.add(id, "no rule is set");
  }
  const verified = good.find((backup) => backup.verified === true);
  keepNewest(good[0], verified, reasons);
  return {
    keep: sorted.flatMap(({ id }) => reasons.of(id)),
    remove: sorted.map(({ id }) => id).filter((id) => !reasons.has(id)),
    alarms: alarmsOf(past, future, good[0], verified),
  };
}

class Reasons {
  readonly #byId = new Map<string, string[]>();

  add(id: string, reason: string): void {
    const reasons = this.#byId.get(id);
    if (reasons === undefined) this.#byId.set(id, [reason]);
    else reasons.push(reason);
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  of(id: string): Keep[] {
    const reasons = this.#byId.get(id);
    return reasons === undefined ? [] : [{ id, reasons }];
  }
}

function keepByRules(
  newestFirst: readonly KeptBackup[],
  policy: RetentionPolicy,
  reasons: Reasons,
  prefix: string = "",
): void {
  for (const rule of COUNTED_RULES) {
    const wanted = policy[rule] ?? 0;
    const kept = rule === "last" ? newestFirst.slice(0, wanted) : newestOfPeriods(newestFirst, PERIOD[rule], wanted);
    kept.forEach(({ id }, index) => void reasons.add(id, `${prefix}${rule} ${index + 1} of ${wanted}`));
  }
  const newest = newestFirst[0];
  if (policy.withinMs === undefined || newest === undefined) return;
  const oldest = newest.at - policy.withinMs;
  for (const { id, at } of newestFirst) if (at >= oldest) reasons.add(id, `${prefix}within`);
}

function newestOfPeriods(
  newestFirst: readonly KeptBackup[],
  periodOf: (at: number) => number,
  wanted: number,
): KeptBackup[] {
  const kept: KeptBackup[] = [];
  let period: number | undefined;
  for (const backup of newestFirst) {
    if (kept.length === wanted) break;
    if (periodOf(backup.at) === period) continue;
    period = periodOf(backup.at);
    kept.push(backup);
  }
  return kept;
}

function keepNewerRest(
  past: readonly KeptBackup[],
  newestGood: KeptBackup | undefined,
  policy: RetentionPolicy,
  reasons: Reasons,
): void {
  const rest = newestGood === undefined ? past : past.slice(0, past.indexOf(newestGood));
  keepByRules(rest, policy, reasons, "newer than the last good one, ");
  if (newestGood === undefined && rest[0] !== undefined) reasons.add(rest[0].id, "the newest there is");
}

function keepNewest(good: KeptBackup | undefined, verified: KeptBackup | undefined, reasons: Reasons): void {
  if (verified !== undefined) reasons.add(verified.id, "the newest verified good one");
  if (good !== undefined && good !== verified) reasons.add(good.id, "the newest good one, not verified yet");
}

function alarmsOf(
  past: readonly KeptBackup[],
  future: readonly KeptBackup[],
  good: KeptBackup | undefined,
  verified: KeptBackup | undefined,
): RetentionAlarm[] {
  const alarms: RetentionAlarm[] = [];
  const alarm = (kind: RetentionAlarm["kind"], about: readonly KeptBackup[], message: string) =>
    alarms.push({ kind, ids: about.map(({ id }) => id), message });
  if (future.length > 0) {
    alarm(
      "future-timestamp",
      future,
      "Made later than now: check the clocks, and who can write here. Remove them by hand.",
    );
  }
  if (past.length > 0 && good === undefined) {
    alarm("nothing-good", past, "No backup is complete and undamaged. See why the last runs failed.");
  }
  if (good !== undefined && verified === undefined) {
    alarm("nothing-verified", [good], "No complete backup was ever read back. Verify the newest one.");
  }
  return alarms;
}

function isGood({ result, verified }: KeptBackup): boolean {
  return result === "complete" && verified !== false;
}

/** A time that cannot be read is as little to be believed as one in the future. */
function dated(backup: KeptBackup): KeptBackup {
  return Number.isFinite(backup.at) ? backup : { ...backup, at: Number.POSITIVE_INFINITY };
}

/** Of two made at one moment the greater id is the newer, so that the answer does not depend on the order they were listed in. */
function newestFirst(a: KeptBackup, b: KeptBackup): number {
  if (a.at !== b.at) return b.at - a.at;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}
