import { beforeAll, describe, expect, it } from "vitest";
import { differences } from "./compare.ts";
import { legs } from "./legs.ts";
import type { Flaw } from "./planted-flaw.ts";
import { runSuite, type Selection, type SuiteRun } from "./run-suite.ts";
import type { Fixture } from "./served-fixture.ts";
import { shortfalls } from "./shortfalls.ts";

describe.each(legs)("$title", (leg) => {
  let plain: SuiteRun;
  let watched: SuiteRun;

  beforeAll(async () => {
    [plain, watched] = await Promise.all([
      runSuite(leg.fixture, "plain", leg.selection),
      runSuite(leg.fixture, "watched", leg.selection),
    ]);
  });

  it("passes every check that its SDK can pass", () => {
    expect(shortfalls(leg, plain)).toEqual([]);
  });

  it("gets the same verdict on every check when it is watched", () => {
    expect(differences(plain.checks, watched.checks)).toEqual([]);
    expect(watched.exitCode).toBe(plain.exitCode);
  });
});

describe("with the resource health://status, which is one more than the server's own", () => {
  const last = legs.filter(({ selection }) => !("suite" in selection));

  it.each(last)("$title: every verdict is the same", async ({ fixture, selection }) => {
    const [plain, watched] = await Promise.all([
      runSuite(fixture, "plain", selection),
      runSuite(fixture, "watched with health", selection),
    ]);
    expect(differences(plain.checks, watched.checks)).toEqual([]);
  });
});

describe("behind the proxy", () => {
  const last = legs.filter(({ selection }) => !("suite" in selection));

  it.each(last)("$title: every verdict is the same, with the resource health://status and without", async (leg) => {
    const runs = (["plain", "proxied", "proxied with health"] as const).map((served) =>
      runSuite(leg.fixture, served, leg.selection),
    );
    const [plain, ...proxied] = await Promise.all(runs);
    for (const { checks, exitCode } of proxied) {
      expect(differences(plain!.checks, checks)).toEqual([]);
      expect(exitCode).toBe(plain!.exitCode);
    }
  });
});

describe("a wrapper with a planted flaw", () => {
  async function damagedBy(flaw: Flaw, fixture: Fixture, selection: Selection): Promise<string[]> {
    const [plain, flawed] = await Promise.all([
      runSuite(fixture, "plain", selection),
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
