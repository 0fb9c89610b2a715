import { expect, it } from "vitest";
import { dashboards } from "./dashboards.ts";
import { expressionsOf, withValues } from "./expressions.ts";

const [overview] = dashboards();

it("has values in the place of every variable of every dashboard", () => {
  const all = dashboards().flatMap((dashboard) => expressionsOf(dashboard));
  expect(all.length).toBeGreaterThan(200);
  expect(all.filter(({ expr }) => expr.includes("$"))).toEqual([]);
});

it("takes other values than those for everything", () => {
  const said = expressionsOf(overview!, { server: "shop", __rate_interval: "4s" });
  expect(said).toContainEqual({
    dashboard: "overview",
    panel: "Requests by server",
    expr: 'sum by (server) (rate(mcp_requests_total{job=~".*",server=~"shop"}[4s]))',
  });
});

it("has what fills the variables, too", () => {
  const panel = "variable server";
  expect(expressionsOf(overview!)).toContainEqual({
    dashboard: "overview",
    panel,
    expr: 'mcp_requests_total{job=~".*"}',
  });
});

it("says which variable has no value", () => {
  expect(() => withValues("up[$window]", {})).toThrow("No value for the variable $window in: up[$window]");
  expect(withValues("${a:regex} $b", { a: "1", b: "2" })).toBe("1 2");
});
