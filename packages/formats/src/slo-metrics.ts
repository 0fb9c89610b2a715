import type { LabelRow, MetricRow } from "./metric-row.ts";
import { BURN_WINDOWS, SLO_KINDS, SLO_STATES } from "./slo-document.ts";

/** The names of what the sidecar shows of objectives. */
export const SLO_METRIC = {
  sloObjective: "mcp_slo_objective_ratio",
  sloEvents: "mcp_slo_events_total",
  sloGoodEvents: "mcp_slo_good_events_total",
  sloBudgetRemaining: "mcp_slo_budget_remaining_ratio",
  sloBurnRate: "mcp_slo_burn_rate",
  sloState: "mcp_slo_state",
} as const;

const OBJECTIVE: readonly LabelRow[] = [
  { name: "objective", bound: "the objectives in the config of the sidecar, at most 100" },
  { name: "server", bound: "the servers these are about" },
  { name: "kind", values: SLO_KINDS, bound: "whether minutes or calls are counted, and what makes one bad" },
];

/** What the sidecar adds where its config has objectives. */
export const SLO_METRICS: readonly MetricRow[] = [
  row("sloObjective", "gauge", "Share that has to be good, as promised."),
  row(
    "sloEvents",
    "counter",
    "Events that were judged, two minutes after they ended: calls, or minutes of availability.",
  ),
  row("sloGoodEvents", "counter", "Those of them that were good."),
  row(
    "sloBudgetRemaining",
    "gauge",
    "Share of the error budget of the window that is left, negative when it is overdrawn; none without events.",
  ),
  row(
    "sloBurnRate",
    "gauge",
    "How many times faster than allowed the error budget burnt; none where there are too few events to tell.",
    { name: "window", values: Object.keys(BURN_WINDOWS), bound: "the windows of the SRE workbook" },
  ),
  row("sloState", "gauge", "1 for the state an objective is in, 0 for the others.", {
    name: "state",
    values: SLO_STATES,
    bound: "how an objective can stand: docs/slo.md",
  }),
];

function row(word: keyof typeof SLO_METRIC, type: MetricRow["type"], help: string, ...labels: LabelRow[]): MetricRow {
  return { name: SLO_METRIC[word], family: "sidecar", type, help, labels: [...OBJECTIVE, ...labels] };
}
