import { METRIC } from "@mcp-ops/formats";
import { type Board, evenly } from "../board.ts";
import type { Placeable } from "../panels/panel.ts";
import { notes } from "../panels/text.ts";
import { datasource, job, server } from "../variables.ts";
import {
  advice,
  budgets,
  budgetsNotWell,
  byPart,
  byServer,
  dearestTools,
  definitions,
  forecast,
  refusedForBudget,
  spent,
  tokens,
  unpriced,
} from "./cost.ts";
import { collections, cpu, descriptors, heap, lag, lagNow, memory, sizes } from "./resources.ts";

/** What servers take, and what that costs. */
export const resourcesAndCost: Board = {
  name: "resourcesAndCost",
  title: "MCP / Resources and cost",
  description: "What servers and sidecars take of the machine, what models read, and what all of it costs.",
  from: "now-6h",
  variables: [datasource(), job(METRIC.requests, METRIC.costToday), server()],
  first: [
    evenly(
      4,
      lagNow(),
      budgetsNotWell(),
      unpriced(),
      spent("Spent today", METRIC.costToday, "midnight"),
      spent("Spent this month", METRIC.costMonth, "the month began"),
      forecast(),
    ),
  ],
  sections: [
    {
      title: "Processes",
      lines: [evenly(8, cpu(), memory()), evenly(8, lag(), collections()), evenly(8, heap(), descriptors())],
    },
    {
      title: "Money",
      lines: [evenly(8, byServer(), byPart()), evenly(8, dearestTools(), budgets())],
    },
    {
      title: "What models read, and what could be saved",
      lines: [evenly(8, tokens(), definitions(), sizes()), evenly(7, advice(), refusedForBudget(), guide())],
    },
  ],
};

function guide(): Placeable {
  return notes(`
- **Lag with CPU at 1**: a tool computes in the event loop. Lag without CPU: the machine gives it too little.
- **Dearer than yesterday?** *Dearest tools* says which; \`mcp-ops cost top\` and \`mcp-ops cost advise\` say more.`);
}
