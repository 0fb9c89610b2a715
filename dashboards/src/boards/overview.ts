import { METRIC } from "@mcp-ops/formats";
import { type Board, evenly } from "../board.ts";
import { toBoard, toServer } from "../links.ts";
import { alerts } from "../panels/alerts.ts";
import type { Placeable } from "../panels/panel.ts";
import { failingBy, failingNow, outcomes, p95By, quantileNow, rateBy, requestRate } from "../panels/red.ts";
import { table } from "../panels/table.ts";
import { notes } from "../panels/text.ts";
import { toolsThatFail } from "../panels/tools.ts";
import { CALLS, failingShare, of, part, quantile, RECENT, rate, SERVER, sum } from "../queries.ts";
import { datasource, job, server } from "../variables.ts";
import {
  backupAlarms,
  checksIll,
  dutiesDown,
  groupsLed,
  objectivesMissed,
  recordsLost,
  serversSilent,
  spentToday,
  targetsDown,
} from "./overview-figures.ts";

const ALL = { matchers: [SERVER] };
const TOOL_CALLS = { matchers: [SERVER, CALLS] };
const BY_SERVER = { links: [toServer()] };

/** The fleet at a glance: is anything ill, and where to look next. */
export const overview: Board = {
  name: "overview",
  title: "MCP / Overview",
  description: "Every MCP server at a glance. The first rows say whether anything is ill; click a figure to see more.",
  from: "now-1h",
  variables: [datasource(), job(METRIC.requests, METRIC.dutyUp), server()],
  first: [
    evenly(
      4,
      targetsDown(),
      serversSilent(),
      checksIll(),
      failingNow(ALL),
      quantileNow(0.95, TOOL_CALLS),
      requestRate(ALL, "Requests"),
    ),
    evenly(4, objectivesMissed(), groupsLed(), backupAlarms(), recordsLost(), dutiesDown(), spentToday()),
  ],
  sections: [
    {
      title: "Requests",
      lines: [
        evenly(
          8,
          rateBy("server", "Requests by server", { ...ALL, ...BY_SERVER }),
          outcomes(ALL),
          failingBy("server", "Failing by the server's fault", { ...ALL, ...BY_SERVER }),
        ),
      ],
    },
    {
      title: "Where to look",
      lines: [
        evenly(8, alerts(), toolsThatFail(SERVER)),
        evenly(8, servers(), p95By("server", "p95 of tool calls by server", { ...TOOL_CALLS, ...BY_SERVER })),
        evenly(5, guide()),
      ],
    },
  ],
};

function servers(): Placeable {
  const bucket = part(METRIC.requestDuration, "bucket");
  return table({
    title: "Servers",
    description: "One row for each server, over the last five minutes. Click a name to open it.",
    unit: "short",
    by: { server: "Server" },
    columns: [
      {
        title: "Requests, 5 min",
        unit: "reqps",
        decimals: 2,
        expr: sum(rate(of(METRIC.requests, SERVER), RECENT), "server"),
      },
      { title: "Failing, 5 min", unit: "percentunit", decimals: 1, expr: failingShare(RECENT, [SERVER], "server") },
      { title: "p95 of tools, 5 min", unit: "s", expr: quantile(0.95, of(bucket, SERVER, CALLS), RECENT, "server") },
      { title: "In flight", unit: "none", decimals: 0, expr: sum(of(METRIC.inFlight, SERVER), "server") },
    ],
    sortBy: "Requests, 5 min",
    links: { server: toBoard("server", "Open this server", "var-server=${__value.raw}") },
  });
}

function guide(): Placeable {
  return notes(`
- **Red above?** Click the figure: its dashboard has the details.
- **A server fails or is slow?** Click its name in the table, then its tool.
- **A figure without a number** says what is not on. Nothing is wrong with that.
- **Failing** is what the server did wrong: a tool that failed, a timeout, an internal error. What callers do wrong is in *How requests end*, in yellow.`);
}
