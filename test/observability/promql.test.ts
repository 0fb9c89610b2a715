import { expect, test } from "vitest";
import { measuredIn, metricsIn } from "./promql.ts";

test.each([
  ["a > 1", ["a"]],
  ["1 < sum by (x) (rate(a[5m]))", ["sum by (x) (rate(a[5m]))"]],
  ["sum(a - b >= 0 or a) >= 3", ["sum(a - b >= 0 or a)"]],
  ["a > 1 and on (job) b >= 20 unless c", ["a", "b", "c"]],
  ["time() - a > 3 or time() - (max by (x) (b) unless c) > 3", ["time() - a", "time() - (max by (x) (b) unless c)"]],
  ["a > 1 or (max by (x) (b) unless c)", ["a", "max by (x) (b)", "c"]],
  ["(max by (x) (b) unless c) > 3", ["max by (x) (b)", "c"]],
  ["(up == 0 and a) * on (x) group_left (y) b or c", ["up", "a", "b", "c"]],
  ["max by (x) (max_over_time(timestamp(a == 0)[1h:15s])) unless b", ["a", "b"]],
  ['absent(a{b="c"}) and absent(d)', ['a{b="c"}', "d"]],
  ["group(a) unless max(b) * 0", ["group(a)", "max(b)"]],
])("what %s looks at", (query, measured) => {
  expect(measuredIn(query)).toEqual(measured);
});

test("names of metrics are found wherever they stand, and words that are no names are not", () => {
  const query = 'sum by (job) (rate(a_total{job="b"}[5m])) / on (job) group_left (c) level:d:e offset 5m';
  expect([...metricsIn(query)]).toEqual(["a_total", "level:d:e"]);
});

test("what is no PromQL is an error that shows it", () => {
  expect(() => metricsIn("sum(a")).toThrow("sum(a");
});
