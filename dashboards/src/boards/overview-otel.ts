import { METRIC } from "@mcp-ops/formats";
import { type Board, evenly } from "../board.ts";
import type { Placeable } from "../panels/panel.ts";
import { notes } from "../panels/text.ts";
import { part } from "../queries.ts";
import { datasource, job, serverOfSemconv, traces } from "../variables.ts";
import {
  byMethod,
  byServer,
  durations,
  failingByServer,
  failingNow,
  failures,
  map,
  p95ByTool,
  p95Now,
  rateNow,
  sent,
  sessions,
  sessionsEnded,
  tools,
  transports,
  versions,
} from "./otel-panels.ts";

/** The fleet by the names of OpenTelemetry's convention for MCP, which other servers and SDKs have, too. */
export const overviewOtel: Board = {
  name: "overviewOtel",
  title: "MCP / Overview (OpenTelemetry names)",
  description:
    "Servers at a glance by the metrics of OpenTelemetry's convention for MCP alone: no other name of mcp-ops is used but the label server.",
  from: "now-1h",
  tags: ["opentelemetry"],
  variables: [datasource(), job(part(METRIC.serverOperation, "count")), serverOfSemconv(), traces()],
  first: [evenly(4, failingNow(), p95Now(), rateNow(), sessionsEnded())],
  sections: [
    {
      title: "Operations",
      lines: [evenly(8, byMethod(), failures(), durations()), evenly(8, byServer(), failingByServer(), map())],
    },
    { title: "Tools", lines: [evenly(9, tools(), p95ByTool())] },
    { title: "Clients", lines: [evenly(8, versions(), transports(), sent()), evenly(7, sessions(), guide())] },
  ],
};

function guide(): Placeable {
  return notes(`
- **For servers that have only these names**, or beside others that follow the convention. The other dashboards need the classic names.
- **A caller's mistakes** are no errors here: the convention says so.`);
}
