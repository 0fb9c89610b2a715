import { burnAlerts, objective } from "@mcp-ops/slo";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verdict } from "../testing/objective-engine.ts";
import { momentsOf } from "../testing/objective-oracle.ts";
import { plain, quiet, repeat, type Story, story } from "../testing/objective-stories.ts";
import { checkRules, isMissing } from "../testing/promtool.ts";
import { leftOutAlerts, objectiveGroups } from "./objective-rules.ts";
import { fileText } from "./rule-files.ts";
import { THRESHOLDS } from "./thresholds/thresholds.ts";

/** Of up to two machines each. Some seconds of work; more of it was done by hand. */
const STORIES = Number(process.env.ROUNDS ?? 8);
const SEED = Number(process.env.SEED ?? 8);
/** On a machine that has other work. */
const PATIENCE_MS = 240_000;

describe.skipIf(isMissing)("on a real rule engine", { timeout: PATIENCE_MS }, () => {
  it("A1: alerts fire and end at the very step at which they should, in traffic of any kind", () => {
    const stories = fc.sample(story(), { numRuns: STORIES, seed: SEED }).map((make, index) => make(`story-${index}`));
    const moments = momentsOf(stories);
    const expected = moments.flatMap(({ fires }) => fires);
    // A search that finds nothing proves nothing.
    expect(new Set(expected.map(({ name }) => name)).size).toBeGreaterThan(STORIES / 3);
    expect(new Set(expected.map(({ alert }) => alert)).size).toBe(2);
    expect(moments.length).toBeGreaterThan(60);
    expect(verdict(stories, moments)).toContain("SUCCESS");
    // What tells right from right tells wrong from right, too.
    const [first] = stories.filter(({ objective: { name } }) => expected.some((one) => one.name === name)) as [Story];
    const wrong = momentsOf([first]).map((moment) => ({ ...moment, fires: [] }));
    expect(verdict([first], wrong)).toContain("FAILED");
  });

  it("A1: calls that are too few fire nothing, one more does", () => {
    const hourOf = (calls: number) => [...quiet(20), ...repeat(calls, { events: 1, bad: 1 }), ...quiet(12 - calls)];
    const stories = [11, 12].map((calls): Story => {
      const name = `calls-${calls}`;
      return plain(objective({ name, server: "desk", kind: "errors", objective: 0.99, minEvents: 12 }), hourOf(calls));
    });
    const fires = [{ alert: "McpSloBurnsFast", name: "calls-12" }] as const;
    expect(verdict(stories, [{ at: 32, fires }])).toContain("SUCCESS");
  });

  it("bad calls of the past do not come back where the good ones of now are the first", () => {
    const strict = objective({ name: "strict", server: "desk", kind: "errors", objective: 0.9999 });
    const steps = [...quiet(1), { events: 3, bad: 3 }, ...quiet(10), ...repeat(20, { events: 100, bad: 0 })];
    // Between two scrapes, where a rate is lengthened to the ends of its window, and within half an hour after the first good call.
    expect(verdict([plain(strict, steps)], [{ at: 16.5, fires: [] }], "30s")).toContain("SUCCESS");
  });

  it("no objectives, no traffic and names that have to be quoted make rules that can be loaded", () => {
    const server = 'a "quoted" \\ server';
    const odd = objective({ name: "odd", server, kind: "latency", thresholdMs: 350, objective: 0.9, window: "28d" });
    for (const objectives of [[], [odd], [odd, { ...odd, name: "other" }]]) {
      const text = fileText(objectiveGroups(objectives));
      expect(checkRules([{ name: "slo.yaml", text }]).status).toBe(0);
    }
    expect(verdict([{ ...plain(odd, quiet(40)), begins: 40 }], [{ at: 39, fires: [] }])).toContain("SUCCESS");
  });
});

it("what an objective is too low for is left out of its rules, and can be told", () => {
  const low = objective({ name: "low", server: "desk", kind: "errors", objective: 0.9 });
  expect(leftOutAlerts(low)).toMatchObject([{ severity: "page", long: "1h", factor: 14.4 }]);
  const texts = objectiveGroups([low]).flatMap(({ rules }) => rules.map(({ expr }) => expr));
  expect(texts.join()).not.toContain("14.4");
  expect(texts.join()).not.toContain("ratio_rate1h");
});

it("the thresholds of slo.yaml are the factors of 30 days", () => {
  const { sloPageBurn1h, sloPageBurn6h, sloTicketBurn1d, sloTicketBurn3d } = THRESHOLDS;
  const defaults = [sloPageBurn1h, sloPageBurn6h, sloTicketBurn1d, sloTicketBurn3d].map((row) => row.default);
  expect(defaults).toEqual(burnAlerts("30d").map(({ factor }) => factor));
});
