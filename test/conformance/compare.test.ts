import { describe, expect, it } from "vitest";
import { differences, report } from "./compare.ts";
import type { Check } from "./run-suite.ts";

function check(id: string, status: string, scenario = "ping"): Check {
  return { scenario, id, name: id, status };
}

describe("comparing two runs of the suite", () => {
  it("finds nothing when the same checks have the same statuses, in whatever order", () => {
    const run = [check("a", "SUCCESS"), check("b", "FAILURE")];
    expect(differences(run, run.toReversed())).toEqual([]);
  });

  it("finds a check that changed its status", () => {
    expect(differences([check("a", "SUCCESS")], [check("a", "WARNING")])).toEqual([
      { scenario: "ping", id: "a", name: "a", plain: ["SUCCESS"], other: ["WARNING"] },
    ]);
  });

  it("finds a check that only one of the runs has", () => {
    expect(differences([check("a", "SUCCESS")], [])).toMatchObject([{ id: "a", other: [] }]);
    expect(differences([], [check("a", "SUCCESS")])).toMatchObject([{ id: "a", plain: [] }]);
  });

  it("counts a check as often as the scenario makes it", () => {
    const once = [check("a", "SUCCESS")];
    expect(differences(once, [...once, ...once])).toMatchObject([
      { plain: ["SUCCESS"], other: ["SUCCESS", "SUCCESS"] },
    ]);
  });

  it("keeps checks of the same id apart by their scenario", () => {
    const plain = [check("wire", "SUCCESS", "ping"), check("wire", "FAILURE", "tools-list")];
    const other = [check("wire", "FAILURE", "ping"), check("wire", "SUCCESS", "tools-list")];
    expect(differences(plain, other)).toHaveLength(2);
  });

  it("reports the totals and then every difference in words", () => {
    expect(report("a leg", [check("a", "SUCCESS")], [])).toMatch(
      /^a leg +1 success +1 differences\n {2}ping · a · a\n/,
    );
  });
});
