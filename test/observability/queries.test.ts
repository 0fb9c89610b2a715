/** Every query that we ship, asked of a real Prometheus that has scraped the real demo under load. */
import { readFileSync } from "node:fs";
import { isAlert, ruleGroups } from "@mcp-ops/alerts";
import { METRIC_TABLE } from "@mcp-ops/formats";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { program } from "../fixtures/prometheus.ts";
import { Estate } from "./estate.ts";
import { SILENT, UNSEEN } from "./exceptions.ts";
import { type Expression, expressions } from "./expressions.ts";
import { metricsIn } from "./promql.ts";
import { withoutData } from "./without-data.ts";

const { missing } = program("prometheus");
/** For starting a dozen processes, and for the last of them to have shown everything. */
const START_MS = 240_000;
const PATIENCE = { timeout: 90_000, interval: 500 };

const all = expressions();
const KNOWN: ReadonlySet<string> = new Set(METRIC_TABLE.map(({ name }) => name));
/** Prometheus' own. */
const THEIRS: ReadonlySet<string> = new Set([
  "up",
  "ALERTS",
  "ALERTS_FOR_STATE",
  "scrape_duration_seconds",
  "scrape_samples_scraped",
]);
const RECORDED: ReadonlySet<string> = new Set(
  ruleGroups().flatMap(({ rules }) => rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record]))),
);

/** The name of a series without what a histogram adds. */
function familyOf(series: string): string {
  const family = series.replace(/_(?:bucket|sum|count)$/, "");
  return KNOWN.has(series) ? series : family;
}

const isExcused = ({ where, expr }: Expression) =>
  [...metricsIn(expr)].some((name) => familyOf(name) in UNSEEN) ||
  SILENT.some((one) => one.where === where && one.expr === expr);

describe.skipIf(missing)("a real Prometheus over the real demo", { timeout: PATIENCE.timeout + 30_000 }, () => {
  let estate: Estate;

  beforeAll(async () => {
    estate = await Estate.open();
  }, START_MS);
  afterAll(() => estate?.[Symbol.asyncDispose](), START_MS);

  test("A2: each panel, each recording rule, what each alert measures, and each query of a runbook returns data", async () => {
    const silent = await withoutData(
      estate,
      all.filter((one) => !isExcused(one)),
      PATIENCE.timeout,
    );
    expect(silent).toEqual([]);
    expect(await rulesThatFail(estate)).toEqual([]);
  });

  test("A2: what is excused from that gives no data", async () => {
    const excused = all.filter(isExcused);
    expect(await withoutData(estate, excused, 0)).toEqual(excused.map(nameOf));
    const unknown = SILENT.filter((one) => !all.some(({ where, expr }) => one.where === where && one.expr === expr));
    expect(unknown).toEqual([]);
  });

  test("A3: each metric that is documented is on a page, but for those excused, and each of ours on a page is documented", async () => {
    const documented = documentedMetrics();
    const expected = [...documented].filter((name) => !(name in UNSEEN));
    await vi.waitFor(async () => {
      const seen = await seenBy(estate);
      expect(expected.filter((name) => !seen.has(name))).toEqual([]);
    }, PATIENCE);
    const seen = await seenBy(estate);
    expect([...seen].filter((name) => name.startsWith("mcp_") && !documented.has(name))).toEqual([]);
    expect(Object.keys(UNSEEN).filter((name) => seen.has(name) || !documented.has(name))).toEqual([]);
  });

  test("A3: each metric that a rule, a panel or a runbook uses is in the registry, and on a page unless excused", async () => {
    const used = new Set(all.flatMap(({ expr }) => [...metricsIn(expr)]));
    const ours = [...used].filter((name) => !THEIRS.has(name) && !RECORDED.has(name)).map(familyOf);
    expect(ours.filter((name) => !KNOWN.has(name))).toEqual([]);
    await vi.waitFor(async () => {
      const seen = await seenBy(estate);
      expect(ours.filter((name) => !seen.has(name) && !(name in UNSEEN))).toEqual([]);
    }, PATIENCE);
  });
});

function nameOf({ where, expr }: Expression): string {
  return `${where}: ${expr}`;
}

async function seenBy({ prometheus }: Estate): Promise<ReadonlySet<string>> {
  const { data } = await prometheus.page<{ data: readonly string[] }>("/api/v1/label/__name__/values");
  return new Set(data.filter((name) => !RECORDED.has(name)).map(familyOf));
}

function documentedMetrics(): ReadonlySet<string> {
  const page = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");
  return new Set([...page.matchAll(/^\| `(\w+)` \| (?:counter|gauge|histogram) \|/gm)].map(([, name = ""]) => name));
}

/** Rules in which Prometheus found something wrong when it worked them out. */
async function rulesThatFail({ prometheus }: Estate): Promise<readonly string[]> {
  interface Rule {
    readonly name: string;
    readonly lastError?: string;
  }
  const { data } = await prometheus.page<{ data: { groups: readonly { rules: readonly Rule[] }[] } }>("/api/v1/rules");
  const rules = data.groups.flatMap(({ rules }) => rules);
  return rules.filter(({ lastError }) => lastError !== undefined).map(({ name, lastError }) => `${name}: ${lastError}`);
}
