import { METRIC } from "@mcp-ops/formats";
import { toBoard } from "../links.ts";
import { CALLS, failingShare, increase, OUR_FAULT, of, part, quantile, SHOWN, sum, top } from "../queries.ts";
import type { Placeable } from "./panel.ts";
import { type Column, table } from "./table.ts";

const BUCKETS = part(METRIC.requestDuration, "bucket");
const LABELS = ["server", "target"];
const BY = { server: "Server", target: "Tool" };
const LINKS = {
  server: toBoard("server", "Open this server", "var-server=${__value.raw}"),
  target: toBoard("tool", "Open this tool", "var-server=${__data.fields.Server}", "var-tool=${__value.raw}"),
};
/** A table that has to be scrolled through is read by nobody. */
const MOST = 20;

/** Those to begin with: the most failures first. */
export function toolsThatFail(...matchers: readonly string[]): Placeable {
  const failed = sum(increase(of(METRIC.errors, ...matchers, CALLS, OUR_FAULT), SHOWN), ...LABELS);
  return table({
    title: "Tools that fail",
    description:
      "Tools that failed by the server's fault in the time shown, the most failures first. Empty when none did. A tool of which all calls fail is broken for everybody. Click a name to open it.",
    unit: "short",
    by: BY,
    columns: [
      { title: "Failures", unit: "none", decimals: 0, expr: top(MOST, `${failed} > 0`) },
      {
        title: "Share",
        unit: "percentunit",
        decimals: 1,
        expr: `${failingShare(SHOWN, [...matchers, CALLS], ...LABELS)} > 0`,
      },
    ],
    sortBy: "Failures",
    links: LINKS,
  });
}

/** All of them, the busiest first. */
export function allTools(...matchers: readonly string[]): Placeable {
  const calls = sum(increase(of(METRIC.requests, ...matchers, CALLS), SHOWN), ...LABELS);
  return table({
    title: "Tools",
    description: "Every tool that was called in the time shown, the busiest first. Click a name to open it.",
    unit: "short",
    by: BY,
    columns: [
      { title: "Calls", unit: "none", decimals: 0, expr: `${calls} > 0` },
      {
        title: "Failing",
        unit: "percentunit",
        decimals: 1,
        expr: failingShare(SHOWN, [...matchers, CALLS], ...LABELS),
      },
      ...[0.5, 0.95, 0.99].map((q) => quantileColumn(q, matchers)),
    ],
    sortBy: "Calls",
    links: LINKS,
  });
}

function quantileColumn(q: number, matchers: readonly string[]): Column {
  const expr = quantile(q, of(BUCKETS, ...matchers, CALLS), SHOWN, ...LABELS);
  return { title: `p${q * 100}`, unit: "s", expr: `${expr} >= 0` };
}
