import { METRIC } from "@mcp-ops/formats";
import { type Board, evenly } from "../board.ts";
import type { Placeable } from "../panels/panel.ts";
import { notes } from "../panels/text.ts";
import { datasource, job, labelOf } from "../variables.ts";
import {
  changes,
  lag,
  lead,
  leases,
  nodes,
  oldestData,
  onePrimary,
  paused,
  renewals,
  spares,
  storeSeen,
  syncs,
  transitions,
  unhealthy,
} from "./failover-panels.ts";
import { arbiter, arbiterLeases, carried, followed, held, loss, refused } from "./failover-requests.ts";

/** Who leads, whether somebody else could, and what became of requests meanwhile. */
export const failover: Board = {
  name: "failover",
  title: "MCP / Failover",
  description:
    "Who leads, whether somebody else could take over, why it changed, and what became of requests meanwhile.",
  from: "now-6h",
  variables: [
    datasource(),
    job(METRIC.failoverIsLeader, METRIC.followPrimary, METRIC.arbiterGroups, METRIC.failoverRefused),
    labelOf("group", "Group", METRIC.failoverIsLeader),
  ],
  first: [
    evenly(4, onePrimary(), spares(), unhealthy(), paused(), changes(), oldestData()),
    evenly(6, lead(), nodes()),
  ],
  sections: [
    {
      title: "The lease and the standbys",
      lines: [evenly(8, transitions(), leases(), renewals()), evenly(8, storeSeen(), lag(), syncs())],
    },
    {
      title: "What became of requests",
      lines: [evenly(8, refused(), carried(), loss()), evenly(7, followed(), held())],
    },
    { title: "The arbiter", lines: [evenly(7, arbiter(), arbiterLeases(), guide())] },
  ],
};

function guide(): Placeable {
  return notes(`
- **Nobody leads?** Is a node eligible, and does the store answer? \`mcp-ops failover status\` names the obstacle.
- **Two say that they lead?** Stop the one with the smaller token.
- **Paused** decides nothing until \`mcp-ops failover resume\`.`);
}
