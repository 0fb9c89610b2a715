import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { BURN_WINDOWS, type BurnWindow } from "@mcp-ops/formats";
import { burnAlerts, type Objective, objective } from "@mcp-ops/slo";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { leftOutAlerts, objectiveGroups } from "./objective-rules.ts";
import { isAlert } from "./rule.ts";
import { fileText } from "./rule-files.ts";
import { THRESHOLDS } from "./thresholds/thresholds.ts";

const isMissing = spawnSync("promtool", ["--version"]).error !== undefined;
if (isMissing) console.log("Rules of objectives are not tried on promtool. Install prometheus.");

/** Of all windows the shortest, and so often Prometheus scrapes and evaluates here: a window of n steps is exactly n increases. */
const STEP_MINUTES = 5;
/** A little more than three days, the longest window. */
const STEPS = 900;
const STORIES = Number(process.env.ROUNDS ?? 12);
const SEED = Number(process.env.SEED ?? 8);
const FOR_STEPS = { McpSloBurnsFast: 1, McpSloBurnsSlowly: 12 } as const;
type Alert = keyof typeof FOR_STEPS;

interface Step {
  readonly events: number;
  readonly bad: number;
}

/** An objective, and what became of it step by step, on how many machines. */
interface Story {
  readonly objective: Objective;
  readonly machines: number;
  /** The sidecar shows no counters before. */
  readonly begins: number;
  readonly steps: readonly Step[];
  /** Steps without events at which a machine lost its state, and counts from 0. */
  readonly losses: ReadonlySet<number>;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "objective-rules-"));
  return () => rmSync(folder, { recursive: true });
});

describe.skipIf(isMissing)("on a real rule engine", () => {
  it("alerts fire and end at the very step at which they should, in traffic of any kind", async () => {
    const stories = fc.sample(story(), { numRuns: STORIES, seed: SEED }).map((make, index) => make(`story-${index}`));
    const moments = momentsOf(stories);
    const expected = moments.flatMap(({ fires }) => fires);
    // A search that finds nothing proves nothing.
    expect(new Set(expected.map(({ name }) => name)).size).toBeGreaterThan(STORIES / 3);
    expect(new Set(expected.map(({ alert }) => alert)).size).toBe(2);
    expect(moments.length).toBeGreaterThan(100);
    expect(await verdict(stories, moments)).toContain("SUCCESS");
    // What tells right from right tells wrong from right, too.
    const [first] = stories.filter(({ objective: { name } }) => expected.some((one) => one.name === name)) as [Story];
    const wrong = momentsOf([first]).map((moment) => ({ ...moment, fires: [] }));
    expect(await verdict([first], wrong)).toContain("FAILED");
  }, 60_000);

  it("calls that are too few fire nothing, one more does", async () => {
    const hourOf = (calls: number) => [...quiet(20), ...repeat(calls, { events: 1, bad: 1 }), ...quiet(12 - calls)];
    const stories = [11, 12].map((calls): Story => {
      const name = `calls-${calls}`;
      return plain(objective({ name, server: "desk", kind: "errors", objective: 0.99, minEvents: 12 }), hourOf(calls));
    });
    const fires = [{ alert: "McpSloBurnsFast", name: "calls-12" }] as const;
    expect(await verdict(stories, [{ at: 32, fires }])).toContain("SUCCESS");
  });

  it("bad calls of the past do not come back where the good ones of now are the first", async () => {
    const strict = objective({ name: "strict", server: "desk", kind: "errors", objective: 0.9999 });
    const steps = [...quiet(1), { events: 3, bad: 3 }, ...quiet(10), ...repeat(20, { events: 100, bad: 0 })];
    // Between two scrapes, where a rate is lengthened to the ends of its window. Over hours the bad ones count, rightly.
    const fires = [{ alert: "McpSloBurnsSlowly", name: "strict" }] as const;
    expect(await verdict([plain(strict, steps)], [{ at: 31.5, fires }], "30s")).toContain("SUCCESS");
  });

  it("no objectives, no traffic and names that have to be quoted make rules that can be loaded", async () => {
    const server = 'a "quoted" \\ server';
    const odd = objective({ name: "odd", server, kind: "latency", thresholdMs: 350, objective: 0.9, window: "28d" });
    for (const objectives of [[], [odd], [odd, { ...odd, name: "other" }]]) {
      write(fileText(objectiveGroups(objectives)), "");
      expect(await promtool("check", "rules", join(folder, "rules.yaml"))).toContain("SUCCESS");
    }
    expect(await verdict([{ ...plain(odd, quiet(40)), begins: 40 }], [{ at: 39, fires: [] }])).toContain("SUCCESS");
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

function plain(promised: Objective, steps: readonly Step[]): Story {
  return { objective: promised, machines: 1, begins: 0, steps, losses: new Set() };
}

function repeat(times: number, step: Step): readonly Step[] {
  return Array.from({ length: times }, () => step);
}

function quiet(steps: number): readonly Step[] {
  return repeat(steps, { events: 0, bad: 0 });
}

/** Days of phases with more or less traffic, of which more or less is bad. */
function story(): fc.Arbitrary<(name: string) => Story> {
  const phase = fc.record({
    steps: fc.integer({ min: 1, max: 200 }),
    events: fc.constantFrom(0, 1, 2, 7, 40),
    share: fc.constantFrom(0, 0.0007, 0.004, 0.011, 0.03, 0.07, 0.31, 1),
  });
  const parts = fc.record({
    share: fc.constantFrom(0.84, 0.9, 0.95, 0.99, 0.995, 0.999),
    window: fc.constantFrom("28d", "30d", "month"),
    minEvents: fc.integer({ min: 1, max: 300 }),
    machines: fc.integer({ min: 1, max: 2 }),
    begins: fc.integer({ min: 0, max: 200 }),
    phases: fc.array(phase, { minLength: 8, maxLength: 12 }),
    losses: fc.uniqueArray(fc.integer({ min: 1, max: STEPS - 1 }), { maxLength: 5 }),
  });
  return parts.map(({ share, window, minEvents, machines, begins, phases, losses }) => (name) => {
    const lost = new Set(losses);
    const steps = phases.flatMap(({ steps, events, share }) => spread(steps, events, share));
    const whole = [...steps, ...quiet(STEPS)].slice(0, STEPS);
    return {
      objective: objective({ name, server: "desk", kind: "errors", objective: share, window, minEvents }),
      machines,
      begins,
      steps: whole.map((step, at) => (at <= begins || lost.has(at) ? { events: 0, bad: 0 } : step)),
      losses: lost,
    };
  });
}

/** So that the share is right over many steps, too. */
function spread(steps: number, events: number, share: number): readonly Step[] {
  const bad = (at: number) => Math.floor(at * events * share);
  return Array.from({ length: steps }, (_, at) => ({ events, bad: bad(at + 1) - bad(at) }));
}

interface Moment {
  readonly at: number;
  readonly fires: readonly { readonly alert: Alert; readonly name: string }[];
}

/** What fires at which step, by adding up: at every step at which something begins or ends, the one before, and some others. */
function momentsOf(stories: readonly Story[]): readonly Moment[] {
  const alerts = Object.keys(FOR_STEPS) as Alert[];
  const lines = stories.flatMap((one) =>
    alerts.map((alert) => ({ alert, name: one.objective.name, ...lineOf(one, alert) })),
  );
  const turns = lines.flatMap(({ firing }) =>
    firing.flatMap((now, at) => (now === (firing[at - 1] ?? false) ? [] : [at - 1, at])),
  );
  const all = [
    ...new Set([...turns, ...Array.from({ length: 40 }, (_, index) => Math.floor((index * STEPS) / 40))]),
  ].sort((a, b) => a - b);
  return all
    .filter((at) => at >= 0 && !lines.some(({ unsure }) => unsure.has(at)))
    .map((at) => ({ at, fires: lines.filter(({ firing }) => firing[at]).map(({ alert, name }) => ({ alert, name })) }));
}

/** Whether an alert fires at each step; `unsure` where a rate is just its limit, which floats tell in one way or the other. */
function lineOf({ objective: promised, steps }: Story, alert: Alert) {
  const severity = alert === "McpSloBurnsFast" ? "page" : "ticket";
  const pairs = burnAlerts(promised.window).filter((pair) => pair.severity === severity);
  const unsure = new Set<number>();
  let row = 0;
  const firing = steps.map((_, at) => {
    const burns = pairs.map(({ long, short, factor }) => {
      const [over, still] = [sumOf(steps, at, long), sumOf(steps, at, short)];
      const rates = [over, still].map(({ events, bad }) => (bad * 1e6) / (events * promised.budgetPpm));
      if (rates.some((rate) => Math.abs(rate / factor - 1) < 1e-9))
        for (let later = at; later <= at + 2 * FOR_STEPS[alert]; later++) unsure.add(later);
      return over.events >= promised.minEvents && rates.every((rate) => rate > factor);
    });
    row = burns.includes(true) ? row + 1 : 0;
    return row > FOR_STEPS[alert];
  });
  return { firing, unsure };
}

function sumOf(steps: readonly Step[], at: number, window: BurnWindow): Step {
  const from = Math.max(0, at + 1 - BURN_WINDOWS[window] / STEP_MINUTES);
  return steps
    .slice(from, at + 1)
    .reduce((sum, { events, bad }) => ({ events: sum.events + events, bad: sum.bad + bad }));
}

function verdict(
  stories: readonly Story[],
  moments: readonly Moment[],
  evaluated = `${STEP_MINUTES}m`,
): Promise<string> {
  const groups = objectiveGroups(stories.map((one) => one.objective));
  // The oracle knows when, not the words.
  const wordless = groups.map(({ name, rules }) => {
    return { name, rules: rules.map((rule) => (isAlert(rule) ? { ...rule, summary: "x", description: "x" } : rule)) };
  });
  return promtool("test", "rules", write(fileText(wordless), testText(stories, moments, evaluated)));
}

function write(rules: string, tests: string): string {
  writeFileSync(join(folder, "rules.yaml"), rules);
  writeFileSync(join(folder, "tests.yaml"), tests);
  return join(folder, "tests.yaml");
}

function testText(stories: readonly Story[], moments: readonly Moment[], evaluated: string): string {
  const checks = moments.flatMap(({ at, fires }) =>
    (Object.keys(FOR_STEPS) as Alert[]).map((alertname) => ({
      eval_time: `${at * STEP_MINUTES * 60}s`,
      alertname,
      exp_alerts: fires.filter(({ alert }) => alert === alertname).map(({ alert, name }) => shown(alert, name)),
    })),
  );
  return stringify({
    rule_files: ["rules.yaml"],
    evaluation_interval: evaluated,
    tests: [{ interval: `${STEP_MINUTES}m`, input_series: stories.flatMap(seriesOf), alert_rule_test: checks }],
  });
}

function shown(alert: Alert, objective: string) {
  const severity = alert === "McpSloBurnsFast" ? "critical" : "warning";
  return {
    exp_labels: { severity, job: "mcp", objective, server: "desk", kind: "errors" },
    exp_annotations: { summary: "x", description: "x", runbook_url: `docs/runbooks/${alert}.md` },
  };
}

/** Steps are dealt to the machines in turn. */
function seriesOf({ objective: { name, kind, server }, machines, begins, steps, losses }: Story) {
  return Array.from({ length: machines }, (_, machine) => {
    const labels = `job="mcp",instance="m:${machine}",objective="${name}",server=${JSON.stringify(server)},kind="${kind}"`;
    const counted = { events: 0, good: 0 };
    const samples = steps.map(({ events, bad }, at) => {
      if (losses.has(at)) Object.assign(counted, { events: 0, good: 0 });
      if (at % machines === machine) {
        counted.events += events;
        counted.good += events - bad;
      }
      return { ...counted };
    });
    const values = (key: "events" | "good") => samples.map((sample, at) => (at < begins ? "_" : sample[key])).join(" ");
    return [
      { series: `mcp_slo_events_total{${labels}}`, values: values("events") },
      { series: `mcp_slo_good_events_total{${labels}}`, values: values("good") },
    ];
  }).flat();
}

/** What it says, whether it is content or not. */
async function promtool(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("promtool", args, { maxBuffer: 1e9 }).catch(
    (error: { stdout: string; stderr: string }) => {
      return { stdout: `${error.stdout}${error.stderr}`.slice(0, 4_000) };
    },
  );
  return stdout;
}
