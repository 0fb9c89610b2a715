import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { MIGRATIONS } from "../state/migrations.ts";
import { Slots } from "./slots.ts";

let database: DatabaseSync;

beforeEach(() => {
  database = new DatabaseSync(":memory:");
  for (const step of MIGRATIONS) database.exec(step);
  return () => database.close();
});

const assigned = (slots: Slots, present: readonly string[], max = 8) => Object.fromEntries(slots.assign(present, max));

describe("a slot", () => {
  it("is a process's own for its life, and then goes to another", () => {
    const slots = new Slots(database);
    expect(assigned(slots, ["a", "b"])).toEqual({ a: 0, b: 1 });
    expect(assigned(slots, ["b", "c"])).toEqual({ b: 1, c: 0 });
  });

  it("is the same after the daemon was started anew", () => {
    new Slots(database).assign(["a", "b", "c"], 8);
    expect(assigned(new Slots(database), ["c", "b"])).toEqual({ b: 1, c: 2 });
  });

  it("cannot be had by more than there are, and the first to come keep theirs", () => {
    const slots = new Slots(database);
    expect(assigned(slots, ["a", "b", "c"], 2)).toEqual({ a: 0, b: 1 });
    expect(assigned(slots, ["c", "b"], 2)).toEqual({ b: 1, c: 0 });
  });

  it("outlives a database that cannot be written", () => {
    const slots = new Slots(database);
    database.exec("DROP TABLE fleet_slots");
    expect(assigned(slots, ["a"])).toEqual({ a: 0 });
    expect(database.isTransaction).toBe(false);
  });

  it("never belongs to two, whoever comes and goes", () => {
    const slots = new Slots(database);
    const names = fc.uniqueArray(fc.constantFrom(..."abcdefghij"));
    fc.assert(
      fc.property(fc.array(names, { maxLength: 20 }), (looks) => {
        let before: Record<string, number> = {};
        for (const present of looks) {
          const now = assigned(slots, present, 6);
          expect(new Set(Object.values(now)).size).toBe(Object.keys(now).length);
          for (const name of present) if (name in before && name in now) expect(now[name]).toBe(before[name]);
          before = now;
        }
      }),
      { numRuns: 30 },
    );
  });
});
