import { METRIC_TABLE } from "@mcp-ops/formats";
import { expect, test } from "vitest";
import { checkRules, isMissing } from "../testing/promtool.ts";
import { fencesOf, runbook, runbooks } from "../testing/runbooks.ts";
import { isAlert } from "./rule.ts";
import { ruleGroups } from "./rule-files.ts";

const queries = runbooks().flatMap((alert) =>
  fencesOf(runbook(alert), "promql").map((query) => [alert, query] as const),
);

test.skipIf(isMissing)("A1: Prometheus takes every query of a runbook", () => {
  const rules = queries.map(([alert, expr], index) => ({ record: `${alert}:${index}`, expr }));
  // JSON is YAML, too.
  const text = JSON.stringify({ groups: [{ name: "runbooks", rules }] });
  expect(checkRules([{ name: "runbooks.yaml", text }])).toEqual({
    status: 0,
    said: expect.stringContaining("SUCCESS"),
  });
});

test("A1: a runbook asks for figures that there are", () => {
  const shown = METRIC_TABLE.flatMap(({ name, type }) =>
    type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  const recorded = ruleGroups().flatMap(({ rules }) => rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record])));
  const asked = queries.flatMap(([alert, query]) =>
    [...query.replaceAll(/"[^"]*"/g, "").matchAll(/\b(?:\w+:)?(?:mcp|nodejs|process)_[\w:]+/g)].map(([name]) => ({
      alert,
      name,
    })),
  );
  expect(asked.filter(({ name }) => ![...shown, ...recorded].includes(name))).toEqual([]);
});
