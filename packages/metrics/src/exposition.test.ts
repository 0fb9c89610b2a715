import { expect, test } from "vitest";
import { classicText, openMetricsText } from "./exposition.ts";
import type { Family, Sample } from "./snapshot.ts";

function family(parts: Partial<Family> & { readonly values?: readonly Partial<Sample>[] } = {}): Family {
  const { values = [{}], ...rest } = parts;
  const name = rest.name ?? "jobs";
  const samples = values.map((sample) => ({ name, labels: "", value: 1, exemplar: undefined, ...sample }));
  return { name, help: "Jobs.", type: "gauge", unit: undefined, samples, ...rest };
}

test("a counter keeps _total in the classic text, and has it on the sample alone in OpenMetrics", () => {
  const jobs = family({ name: "jobs_total", type: "counter" });
  expect(classicText([jobs])).toBe("# HELP jobs_total Jobs.\n# TYPE jobs_total counter\njobs_total 1\n");
  expect(openMetricsText([jobs])).toBe("# HELP jobs Jobs.\n# TYPE jobs counter\njobs_total 1\n# EOF\n");
});

test("a counter without _total keeps its name in OpenMetrics, and loses its type", () => {
  const jobs = family({ type: "counter" });
  expect(classicText([jobs])).toContain("# TYPE jobs counter\njobs 1\n");
  expect(openMetricsText([jobs])).toContain("# TYPE jobs unknown\njobs 1\n");
});

test("help is escaped as each format wants it", () => {
  const jobs = family({ help: 'a "b"\n\\c' });
  expect(classicText([jobs]).split("\n")).toContain(String.raw`# HELP jobs a "b"\n\\c`);
  expect(openMetricsText([jobs]).split("\n")).toContain(String.raw`# HELP jobs a \"b\"\n\\c`);
});

test.each([
  [0, "0"],
  [-1.5, "-1.5"],
  [1e21, "1e+21"],
  [Number.POSITIVE_INFINITY, "+Inf"],
  [Number.NEGATIVE_INFINITY, "-Inf"],
  [Number.NaN, "NaN"],
])("the value %s reads %s", (value, text) => {
  expect(classicText([family({ values: [{ value }] })])).toContain(`jobs ${text}\n`);
  expect(openMetricsText([family({ values: [{ value }] })])).toContain(`jobs ${text}\n`);
});

test("a unit is told in OpenMetrics where the name ends with it", () => {
  expect(openMetricsText([family({ name: "wait_seconds", unit: "seconds" })])).toContain(
    "# UNIT wait_seconds seconds\n",
  );
  expect(openMetricsText([family({ name: "wait", unit: "seconds" })])).not.toContain("# UNIT");
});

test("an exemplar follows its sample in OpenMetrics", () => {
  const exemplar = { labels: 'trace_id="abc"', value: 0.2, timestamp: 1700000000.5 };
  const jobs = family({ values: [{ exemplar }] });
  expect(openMetricsText([jobs])).toContain('jobs 1 # {trace_id="abc"} 0.2 1700000000.5\n');
  expect(classicText([jobs])).toContain("jobs 1\n");
});
