import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FUTURE_TOLERANCE_MS, type KeptBackup, plan } from "../src/retention/plan.ts";
import type { RetentionPolicy } from "../src/retention/policy.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const DAY = 86_400_000;

/** What holds for any backups and any rules, tried with so many. */
export function retentionProperties(rounds: number, seed: number = Math.floor(Math.random() * 2 ** 31)): void {
  describe(`B5: retention never removes the newest verified good backup (seed ${seed})`, () => {
    it("whatever backups there are and whatever is asked for", () => {
      fc.assert(
        fc.property(backups, policies, (list, policy) => {
          const { keep, remove } = plan(list, policy, NOW);
          const verified = list.filter((one) => one.result === "complete" && one.verified === true && isBelieved(one));
          const newest = verified.sort(byAge).at(-1);
          if (newest !== undefined) expect(keep.map(({ id }) => id)).toContain(newest.id);
          if (list.length > 0) expect(keep).not.toEqual([]);
          expect([...keep.map(({ id }) => id), ...remove].sort()).toEqual(list.map(({ id }) => id).sort());
          for (const { reasons } of keep) expect(reasons).not.toEqual([]);
        }),
        { numRuns: rounds, seed },
      );
    });

    it("and decides as the rules read when written down plainly", () => {
      fc.assert(
        fc.property(backups, policies, (list, policy) => {
          expect(new Set(kept(list, policy))).toEqual(reference(list, policy));
        }),
        { numRuns: 3 * rounds, seed },
      );
    });

    it("nor does any number of failed runs, or of backups from the future, push a good one out", () => {
      fc.assert(
        fc.property(backups, policies, fc.array(backup, { maxLength: 60 }), (list, policy, more) => {
          const noise = more.map((one, index): KeptBackup => {
            const future = index % 2 === 0;
            const at = future ? NOW + FUTURE_TOLERANCE_MS + 1 + index : one.at;
            return { id: `noise${index}`, at, result: future ? "complete" : "failed", verified: true };
          });
          const goods = list.filter((one) => one.result === "complete" && one.verified !== false && isBelieved(one));
          const ofGoods = (all: KeptBackup[]) => kept(all, policy).filter((id) => goods.some((one) => one.id === id));
          expect(ofGoods([...list, ...noise])).toEqual(ofGoods(list));
        }),
        { numRuns: rounds, seed },
      );
    });

    it("when it runs after every backup for years, with bad weeks between", () => {
      const run = fc.record({
        hours: fc.integer({ min: 1, max: 24 * 20 }),
        result: fc.constantFrom<KeptBackup["result"]>("complete", "partial", "failed"),
        verified: fc.constantFrom(true, undefined, false),
      });
      const policy = { last: 3, daily: 3, weekly: 2, monthly: 2 };
      fc.assert(
        fc.property(fc.array(run, { minLength: 1, maxLength: 120 }), (runs) => {
          let now = NOW;
          let there: KeptBackup[] = [];
          let newestVerified: string | undefined;
          runs.forEach(({ hours, result, verified }, index) => {
            now += hours * 3_600_000;
            there.push({ id: `run${index}`, at: now, result, verified });
            if (result === "complete" && verified === true) newestVerified = `run${index}`;
            const removed = new Set(plan(there, policy, now).remove);
            there = there.filter(({ id }) => !removed.has(id));
            if (newestVerified !== undefined) expect(there.map(({ id }) => id)).toContain(newestVerified);
            // Twice the rules (good ones, and what came after the last of them), and the newest verified one.
            expect(there.length).toBeLessThanOrEqual(2 * 10 + 2);
          });
        }),
        { numRuns: rounds, seed },
      );
    });
  });
}

const kept = (backups: readonly KeptBackup[], policy: RetentionPolicy) =>
  plan(backups, policy, NOW).keep.map(({ id }) => id);

/** The rules as a person would write them down: group by a printed date, take the newest of each group, take the newest groups. */
function reference(backups: readonly KeptBackup[], policy: RetentionPolicy): Set<string> {
  const believed = backups.filter(isBelieved);
  const isGood = ({ result, verified }: KeptBackup) => result === "complete" && verified !== false;
  const goods = believed.filter(isGood).sort(byAge);
  const newestGood = goods.at(-1);
  const rest = believed.filter((one) => !isGood(one) && (newestGood === undefined || byAge(one, newestGood) > 0));
  const keep = new Set(backups.filter((one) => !believed.includes(one)).map(({ id }) => id));
  const newestRest = newestGood === undefined ? rest.sort(byAge).at(-1) : undefined;
  const always = [newestGood, goods.findLast(({ verified }) => verified === true), newestRest];
  for (const one of always) if (one !== undefined) keep.add(one.id);
  for (const group of [goods, rest.sort(byAge)]) for (const id of byRules(group, policy)) keep.add(id);
  return Object.values(policy).every((rule) => rule === undefined) ? new Set(backups.map(({ id }) => id)) : keep;
}

function byRules(oldestFirst: readonly KeptBackup[], policy: RetentionPolicy): string[] {
  const newest = oldestFirst.at(-1);
  if (newest === undefined) return [];
  const printed: Record<string, (at: Date) => string> = {
    hourly: (at) => at.toISOString().slice(0, 13),
    daily: (at) => at.toISOString().slice(0, 10),
    weekly: (at) => mondayBefore(at),
    monthly: (at) => at.toISOString().slice(0, 7),
    yearly: (at) => at.toISOString().slice(0, 4),
  };
  const ids = policy.last === undefined ? [] : oldestFirst.slice(-policy.last).map(({ id }) => id);
  for (const [rule, print] of Object.entries(printed)) {
    const newestOfGroup = new Map(oldestFirst.map((one) => [print(new Date(one.at)), one.id]));
    const wanted = policy[rule as keyof RetentionPolicy] ?? 0;
    if (wanted > 0) ids.push(...[...newestOfGroup.values()].slice(-wanted));
  }
  const within = oldestFirst.filter(({ at }) => policy.withinMs !== undefined && newest.at - at <= policy.withinMs);
  return [...ids, ...within.map(({ id }) => id)];
}

function mondayBefore(at: Date): string {
  const day = new Date(at);
  while (day.getUTCDay() !== 1) day.setUTCDate(day.getUTCDate() - 1);
  return day.toISOString().slice(0, 10);
}

const isBelieved = ({ at }: KeptBackup) => at <= NOW + FUTURE_TOLERANCE_MS;
const byAge = (a: KeptBackup, b: KeptBackup) => a.at - b.at || (a.id < b.id ? -1 : 1);

const dstNights = ["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "2026-03-08T07:00:00Z"].map((at) => Date.parse(at));
const moment = fc.oneof(
  fc.integer({ min: NOW - 800 * DAY, max: NOW }),
  fc.integer({ min: NOW - 2 * DAY, max: NOW + 2 * DAY }),
  fc.tuple(fc.constantFrom(...dstNights), fc.integer({ min: -4, max: 4 })).map(([at, half]) => at + half * 1_800_000),
  fc.integer({ min: NOW + DAY, max: NOW + 4_000 * DAY }),
);
const backup = fc.record({
  at: moment,
  result: fc.constantFrom("complete", "complete", "complete", "partial", "failed"),
  verified: fc.constantFrom(true, true, undefined, false),
});
const backups = fc
  .array(backup, { maxLength: 60 })
  .map((list): KeptBackup[] => list.map((one, index) => ({ ...one, id: `b${index}` }) as KeptBackup));
const count = fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined });
const policies = fc.record({
  last: count,
  hourly: count,
  daily: count,
  weekly: count,
  monthly: count,
  yearly: count,
  withinMs: fc.option(fc.integer({ min: 1, max: 60 * DAY }), { nil: undefined }),
});
