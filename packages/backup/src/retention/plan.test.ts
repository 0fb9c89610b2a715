import { describe, expect, it } from "vitest";
import { retentionProperties } from "../../testing/retention-properties.ts";
import { type KeptBackup, plan } from "./plan.ts";
import type { RetentionPolicy } from "./policy.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const DAY = 86_400_000;

const good = (at: string, id: string = at): KeptBackup => ({
  id,
  at: Date.parse(at),
  result: "complete",
  verified: true,
});
const kept = (backups: readonly KeptBackup[], policy: RetentionPolicy) =>
  plan(backups, policy, NOW).keep.map(({ id }) => id);

describe("retention", () => {
  it("keeps the newest of each period and says for which rule", () => {
    const backups = [
      good("2026-11-21T09:00:00Z", "today, late"),
      good("2026-11-21T01:00:00Z", "today, early"),
      good("2026-11-20T23:59:59Z", "yesterday"),
      good("2026-10-31T00:00:00Z", "october"),
    ];
    expect(plan(backups, { daily: 2, monthly: 2 }, NOW)).toEqual({
      keep: [
        { id: "today, late", reasons: ["daily 1 of 2", "monthly 1 of 2", "the newest verified good one"] },
        { id: "yesterday", reasons: ["daily 2 of 2"] },
        { id: "october", reasons: ["monthly 2 of 2"] },
      ],
      remove: ["today, early"],
      alarms: [],
    });
  });

  it("ends a week with Sunday, in UTC", () => {
    const sundayAndMonday = [good("2026-11-16T00:00:00Z", "monday"), good("2026-11-15T23:59:59Z", "sunday")];
    expect(kept(sundayAndMonday, { weekly: 2 })).toEqual(["monday", "sunday"]);
    const oneWeek = [good("2026-11-15T23:59:59Z", "sunday"), good("2026-11-09T00:00:00Z", "monday before")];
    expect(kept(oneWeek, { weekly: 2 })).toEqual(["sunday"]);
  });

  it("measures `within` from the newest good one, so that nothing ages out after backups stop", () => {
    const backups = [good("2026-01-10T00:00:00Z"), good("2026-01-08T00:00:00Z"), good("2026-01-01T00:00:00Z")];
    expect(kept(backups, { withinMs: 3 * DAY })).toEqual(["2026-01-10T00:00:00Z", "2026-01-08T00:00:00Z"]);
  });

  it("removes nothing without a rule, and refuses a rule that keeps nothing", () => {
    expect(plan([good("2020-01-01T00:00:00Z")], {}, NOW).remove).toEqual([]);
    expect(() => plan([], { last: 0 }, NOW)).toThrow(
      expect.objectContaining({ code: "BACKUP_RETENTION_INVALID", message: expect.stringContaining("`last`") }),
    );
  });

  it("keeps the newest verified one beside newer ones that nobody has read back", () => {
    const unverified = ["2026-11-21T00:00:00Z", "2026-11-20T00:00:00Z"].map((at) => ({
      ...good(at),
      verified: undefined,
    }));
    const backups = [...unverified, good("2026-11-01T00:00:00Z", "verified"), good("2026-10-01T00:00:00Z", "older")];
    expect(plan(backups, { last: 1 }, NOW)).toMatchObject({
      keep: [{ id: "2026-11-21T00:00:00Z" }, { id: "verified", reasons: ["the newest verified good one"] }],
      remove: ["2026-11-20T00:00:00Z", "older"],
    });
  });

  it("tells of backups from the future, of damaged ones only, and of none that was verified", () => {
    const kinds = (...backups: KeptBackup[]) => plan(backups, { last: 1 }, NOW).alarms.map(({ kind }) => kind);
    expect(kinds(good("2027-01-01T00:00:00Z"))).toEqual(["future-timestamp"]);
    expect(kinds({ ...good("2026-01-01T00:00:00Z"), at: Number.NaN })).toEqual(["future-timestamp"]);
    expect(kinds({ ...good("2026-01-01T00:00:00Z"), verified: false })).toEqual(["nothing-good"]);
    expect(kinds({ ...good("2026-01-01T00:00:00Z"), verified: undefined })).toEqual(["nothing-verified"]);
  });
});

retentionProperties(100);
