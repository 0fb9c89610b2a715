import { COLOUR } from "../colours.ts";
import { max, of } from "../queries.ts";
import type { Placeable } from "./panel.ts";
import { table } from "./table.ts";

/** Prometheus shows its alerts as series, and since when the condition of each holds. */
const ALERTS = "ALERTS";
const HOLDS_SINCE = "ALERTS_FOR_STATE";
const OURS = 'alertname=~"Mcp.+"';
const LABELS = ["alertname", "severity", "server"];

/** What Prometheus wakes somebody for, and what it soon will. */
export function alerts(): Placeable {
  const inState = (state: string) => max(of(ALERTS, OURS, `alertstate="${state}"`), ...LABELS);
  return table({
    title: "Alerts",
    description:
      "Alerts of mcp-ops whose condition holds: those that fire, and those that will if it goes on. docs/runbooks has a page for each. Empty when all is well, and where this Prometheus has no rules of mcp-ops: mcp-ops alerts render writes them.",
    unit: "short",
    by: { alertname: "Alert", severity: "Severity", server: "Server" },
    columns: [
      {
        title: "State",
        unit: "short",
        words: { 1: ["fires", COLOUR.red], 0: ["pending", COLOUR.yellow] },
        expr: `${inState("firing")} or 0 * ${inState("pending")}`,
      },
      { title: "Holds for", unit: "s", decimals: 0, expr: `time() - ${max(of(HOLDS_SINCE, OURS), ...LABELS)}` },
    ],
    sortBy: "State",
  });
}
