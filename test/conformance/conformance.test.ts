import { describe, expect, it } from "vitest";
import { differences } from "./compare.ts";
import { type Leg, legs } from "./legs.ts";
import type { Flaw } from "./planted-flaw.ts";
import { runSuite, type Selection, type SuiteRun } from "./run-suite.ts";
import type { Served } from "./served.ts";
import type { Fixture } from "./served-fixture.ts";
import { shortfalls } from "./shortfalls.ts";

type Question = Pick<Leg, "fixture" | "selection">;

const plainRuns = new Map<string, Promise<SuiteRun>>();

/** What the suite says without us, asked once. */
function plainRun({ fixture, selection }: Question): Promise<SuiteRun> {
  const key = JSON.stringify([fixture, selection]);
  const run = plainRuns.get(key) ?? runSuite(fixture, "plain", selection);
  plainRuns.set(key, run);
  return run;
}

/** What is found twice: some checks measure time, and a busy machine fails them now and then, with us and without. */
async function lasting(found: readonly string[], again: () => Promise<readonly string[]>): Promise<readonly string[]> {
  if (found.length === 0) return [];
  const after = await again();
  return found.filter((one) => after.includes(one));
}

function changes(plain: SuiteRun, other: SuiteRun): readonly string[] {
  const verdicts = differences(plain.checks, other.checks).map((one) => JSON.stringify(one));
  return plain.exitCode === other.exitCode ? verdicts : [...verdicts, `exit ${plain.exitCode}, ${other.exitCode}`];
}

async function changedBy(served: Served, { fixture, selection }: Question): Promise<readonly string[]> {
  const other = () => runSuite(fixture, served, selection);
  const found = changes(...(await Promise.all([plainRun({ fixture, selection }), other()])));
  return lasting(found, async () => changes(...(await Promise.all([runSuite(fixture, "plain", selection), other()]))));
}

describe.each(legs)("$title", (leg) => {
  it("passes every check that its SDK can pass", async () => {
    const found = shortfalls(leg, await plainRun(leg));
    const again = async () => shortfalls(leg, await runSuite(leg.fixture, "plain", leg.selection));
    expect(await lasting(found, again)).toEqual([]);
  });

  it("gets the same verdict on every check when it is watched", async () => {
    expect(await changedBy("watched", leg)).toEqual([]);
  });
});

const wholeRevisions = legs.filter(({ selection }) => !("suite" in selection));

describe("with the resource health://status, which is one more than the server's own", () => {
  it.each(wholeRevisions)("$title: every verdict is the same", async (leg) => {
    expect(await changedBy("watched with health", leg)).toEqual([]);
  });
});

describe("behind the proxy", () => {
  it.each(wholeRevisions)(
    "$title: every verdict is the same, with the resource health://status and without",
    async (leg) => {
      const proxied = (["proxied", "proxied with health"] as const).map((served) => changedBy(served, leg));
      expect(await Promise.all(proxied)).toEqual([[], []]);
    },
  );
});

describe("a wrapper with a planted flaw", () => {
  async function damagedBy(flaw: Flaw, fixture: Fixture, selection: Selection): Promise<string[]> {
    const [plain, flawed] = await Promise.all([
      plainRun({ fixture, selection }),
      runSuite(fixture, { flaw }, selection),
    ]);
    return differences(plain.checks, flawed.checks).map(({ scenario, id }) => `${scenario}:${id}`);
  }

  it.each<Fixture>(["fixture-v1", "fixture-v2"])("is found out around %s when it loses a field", async (fixture) => {
    const damage = await damagedBy("loses a field", fixture, { suite: "active" });
    expect(damage).toContain("tools-call-image:tools-call-image");
    expect(damage).toContain("resources-read-text:resources-read-text");
    expect(damage).not.toContain("ping:ping");
  });

  it("is found out when it dispatches one tick late, which turns a 404 of SDK v2 into a 200", async () => {
    const damage = await damagedBy("dispatches late", "fixture-v2", { requirements: "2026-07-28" });
    expect(damage).toContain("server-stateless:sep-2575-http-server-method-not-found-404");
  });
});
