import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isAlert, ruleGroups } from "@mcp-ops/alerts";
import { dashboards, expressionsOf } from "@mcp-ops/dashboards";
import { measuredIn } from "./promql.ts";

/** A query that somebody relies on. */
export interface Expression {
  /** `alert McpServerDown`, for whoever has to mend it. */
  readonly where: string;
  readonly expr: string;
}

const RUNBOOKS = new URL("../../docs/runbooks/", import.meta.url);
const FENCE = /^```promql\n(.*?)^```/gms;

/** Recording rules as they are, and of alerts what they hold against a limit. */
function ruleExpressions(): readonly Expression[] {
  return ruleGroups().flatMap(({ rules }) =>
    rules.flatMap((rule) => {
      if (!isAlert(rule)) return [{ where: `rule ${rule.record}`, expr: rule.expr }];
      return measuredIn(rule.expr).map((expr) => ({ where: `alert ${rule.alert}`, expr }));
    }),
  );
}

/** With everything chosen, and windows that fit a scrape each second. */
function panelExpressions(): readonly Expression[] {
  return dashboards().flatMap((one) =>
    expressionsOf(one, { __rate_interval: "10s", __interval: "1s", __range: "1m" }).map(
      ({ dashboard, panel, expr }) => ({
        where: `panel ${panel} of ${dashboard}`,
        expr,
      }),
    ),
  );
}

/** The queries of the runbooks, each fence one. */
function runbookExpressions(): readonly Expression[] {
  if (!existsSync(RUNBOOKS)) return [];
  const pages = readdirSync(RUNBOOKS).filter((name) => name.endsWith(".md"));
  return pages.flatMap((page) => {
    const fences = readFileSync(new URL(page, RUNBOOKS), "utf8").matchAll(FENCE);
    return [...fences].map(([, expr = ""]) => ({ where: `runbook ${page}`, expr: expr.trim() }));
  });
}

/** Every one there is. */
export function expressions(): readonly Expression[] {
  return [...ruleExpressions(), ...panelExpressions(), ...runbookExpressions()];
}
