import { METRIC } from "@mcp-ops/formats";
import { type Board, evenly } from "../board.ts";
import type { Placeable } from "../panels/panel.ts";
import { notes } from "../panels/text.ts";
import { SERVER } from "../queries.ts";
import { datasource, job, labelOf, server } from "../variables.ts";
import {
  budgets,
  burn,
  events,
  fastestBurn,
  goodShare,
  inState,
  leastBudget,
  objectives,
  states,
} from "./slo-panels.ts";

/** Whether promises are kept, how much may still go wrong, and how fast it does. */
export const slo: Board = {
  name: "slo",
  title: "MCP / SLO",
  description: "Whether what is promised is kept, how much of the error budget is left, and how fast it burns.",
  from: "now-24h",
  variables: [
    datasource(),
    job(METRIC.sloObjective),
    server(METRIC.sloObjective),
    labelOf("objective", "Objective", METRIC.sloObjective, SERVER),
  ],
  first: [
    evenly(
      4,
      inState("missed"),
      inState("at-risk"),
      leastBudget(),
      fastestBurn(),
      inState("met"),
      inState("not enough data"),
    ),
    evenly(6, objectives()),
  ],
  sections: [
    { title: "Error budgets", lines: [evenly(8, budgets(), states()), evenly(8, burn("1h"), burn("6h"), burn("3d"))] },
    { title: "Events", lines: [evenly(8, goodShare(), events(), guide())] },
  ],
};

function guide(): Placeable {
  return notes(`
- **Burn of 1** uses the budget up exactly at the end of the window. At 14.4 two per cent of 30 days are gone within an hour.
- **Missed** and nothing burns? It is over; the budget comes back as bad days leave the window.
- **Which calls were bad?** Open the server; \`mcp-ops slo status\` says the rest in words.`);
}
