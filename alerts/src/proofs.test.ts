import { describe, expect, test } from "vitest";
import { type Expectation, expectations } from "../testing/rule-tests.ts";
import { MAX_LINES, runbook, runbooks, SECTIONS, sectionOf } from "../testing/runbooks.ts";
import { isAlert } from "./rule.ts";
import { ruleGroups } from "./rule-files.ts";

const alerts = ruleGroups().flatMap(({ rules }) => rules.filter(isAlert));
const cases: readonly Expectation[] = expectations();

test("A1: no two alerts have one name", () => {
  const names = alerts.map(({ alert }) => alert);
  expect(names).toEqual([...new Set(names)]);
});

test("A1: every runbook is that of an alert", () => {
  expect(runbooks().toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted());
});

test("A1: every case is about an alert that there is", () => {
  const names = alerts.map(({ alert }) => alert);
  expect(cases.map(({ alert }) => alert).filter((name) => !names.includes(name))).toEqual([]);
});

describe.each(alerts)("$alert", ({ alert, expr, forSeconds, severity, summary, description }) => {
  test("A1: says what it is about, how bad that is, and after how long", () => {
    expect(alert).toMatch(/^Mcp[A-Z][A-Za-z]+$/);
    expect(["critical", "warning", "info"]).toContain(severity);
    expect(forSeconds).toBeGreaterThan(0);
    expect(expr).not.toMatch(/undefined|NaN|\[object/);
    for (const text of [summary, description]) expect(text).toMatch(/^.{20,}\.$/s);
    expect(summary).not.toBe(description);
  });

  test("A1: has a case in which it fires, and one in which it stays silent", () => {
    const own = cases.filter((each) => each.alert === alert);
    expect(own.filter(({ fires }) => fires.length > 0)).not.toEqual([]);
    expect(own.filter(({ fires }) => fires.length === 0)).not.toEqual([]);
    expect(own.flatMap(({ fires }) => fires.filter((labels) => labels.severity !== severity))).toEqual([]);
  });

  test("A1: has a runbook that can be read at night", () => {
    const page = runbook(alert);
    expect(page.split("\n", 1)).toEqual([`# ${alert}`]);
    expect([...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual(SECTIONS);
    for (const title of SECTIONS) expect(sectionOf(page, title), title).not.toBe("");
    expect(page.split("\n").length).toBeLessThanOrEqual(MAX_LINES);
    expect(sectionOf(page, "How to look")).toContain("```promql\n");
    expect(sectionOf(page, "Silence")).toMatch(new RegExp(`amtool silence add alertname=${alert} .*--duration=\\w+`));
  });
});
