import { describe, expect, test } from "vitest";
import { faultsOf, labelsShown } from "../testing/lint.ts";
import { expectations } from "../testing/rule-tests.ts";
import { isAlert } from "./rule.ts";
import { ruleGroups } from "./rule-files.ts";

const rules = ruleGroups().flatMap((group) => group.rules);
const alerts = rules.filter(isAlert);

test("A1: no expression has a window too short, a counter as it stands, or the rate of a sum", () => {
  const faults = rules.map((rule) => [isAlert(rule) ? rule.alert : rule.record, faultsOf(rule.expr)] as const);
  expect(faults.filter(([, found]) => found.length > 0)).toEqual([]);
});

test.each([
  ["increase(mcp_requests_total[30s]) > 0", ["[30s] is a short window"]],
  ["max_over_time(mcp_health_status[45s:15s]) > 0", ["[45s:15s] is a short window"]],
  ["sum by (server) (mcp_errors_total) > 3", ["mcp_errors_total stands outside rate and increase"]],
  [
    "mcp_errors_total - mcp_errors_total offset 5m > 0",
    Array(2).fill("mcp_errors_total stands outside rate and increase"),
  ],
  [
    "histogram_quantile(0.95, mcp_request_duration_seconds_bucket) > 1",
    ["mcp_request_duration_seconds_bucket stands outside rate and increase"],
  ],
  [
    "rate(sum(mcp_errors_total)[5m:1m]) > 1",
    ["mcp_errors_total stands outside rate and increase", "rate(sum…: sum the rates", "sum is no counter"],
  ],
  ["rate(mcp_health_status[5m]) > 0", ["mcp_health_status is no counter"]],
  ['sum by (server) (increase(mcp_errors_total{target!=")"}[5m])) > 0', []],
  [
    "sum by (job) (mcp_errors_total - last_over_time(mcp_errors_total[1h] offset 15m) >= 0 or mcp_errors_total) > 0",
    [],
  ],
  ["up == 0 and on (job, instance) mcp_errors_total", []],
])("the lint sees what is wrong with %s", (expr, faults) => {
  expect(faultsOf(expr)).toEqual(faults);
});

describe.each(alerts.map((rule) => [rule.alert, rule] as const))("%s", (alert, { summary, description }) => {
  test("A1: the labels that its texts show are those it fires with", () => {
    const fired = new Set(
      expectations().flatMap((case_) => (case_.alert === alert ? case_.fires.flatMap(Object.keys) : [])),
    );
    expect(labelsShown(summary + description).filter((label) => !fired.has(label))).toEqual([]);
  });
});
