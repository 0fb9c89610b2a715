import type { Criticality, DependencyStatus } from "@mcp-ops/formats";
import { expect, it } from "vitest";
import { statusValues } from "./status-values.ts";
import { overallStatus, readiness } from "./verdict.ts";

const dependency = (words: string) => {
  const [criticality, status] = words.split(" ") as [Criticality, DependencyStatus];
  return { name: words, criticality, status };
};

it.each([
  [[], "healthy", "ready"],
  [["critical up", "optional up"], "healthy", "ready"],
  [["critical up", "optional down"], "degraded", "ready"],
  [["critical up", "optional starting"], "healthy", "ready"],
  [["critical starting"], "degraded", "starting"],
  [["critical down"], "unhealthy", "unhealthy"],
  [["critical starting", "critical down"], "unhealthy", "unhealthy"],
  [["optional down", "critical down", "critical up"], "unhealthy", "unhealthy"],
])("%j is %s and %s", (words, status, ready) => {
  const dependencies = words.map(dependency);
  expect(overallStatus(dependencies)).toBe(status);
  expect(readiness("running", dependencies)).toBe(ready);
});

it("is not ready before the checks have been started, nor once they have ended", () => {
  expect(readiness("new", [])).toBe("starting");
  expect(readiness("closed", [dependency("critical up")])).toBe("stopping");
});

it("gives the metric one value per check that has run, and one for the whole", () => {
  expect(statusValues(["critical up", "optional down", "optional starting"].map(dependency))).toEqual([
    { check: "overall", value: 0.5 },
    { check: "critical up", value: 1 },
    { check: "optional down", value: 0 },
  ]);
});
