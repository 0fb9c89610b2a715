import { COLOUR } from "../colours.ts";
import { count, max, of } from "../queries.ts";
import type { Placeable } from "./panel.ts";
import { table } from "./table.ts";

/** Prometheus shows its alerts as series, and since when the condition of each holds. */
const ALERTS = "ALERTS";
const HOLDS_SINCE = "ALERTS_FOR_STATE";
const OURS = 'alertname=~"Mcp.+"';
const LABELS = ["alertname", "severity", "server"];

/** What Prometheus would wake somebody for, the longest first. */
export function alertsFiring(): Placeable {
  const firing = count(of(ALERTS, OURS, 'alertstate="firing"'), ...LABELS);
  return table({
    title: "Alerts that fire",
    description:
      "Alerts of mcp-ops that fire now: docs/runbooks has a page for each. Empty when none does, and where this Prometheus has no rules of mcp-ops: mcp-ops alerts render writes them.",
    unit: "short",
    by: { alertname: "Alert", severity: "Severity", server: "Server" },
    columns: [
      { title: "Times", unit: "none", decimals: 0, expr: firing },
      {
        title: "Holds for",
        unit: "s",
        decimals: 0,
        steps: [[null, COLOUR.orange]],
        expr: `time() - ${max(of(HOLDS_SINCE, OURS), ...LABELS)} and ${firing}`,
      },
    ],
    sortBy: "Holds for",
  });
}
