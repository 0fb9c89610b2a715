import { METRIC } from "@mcp-ops/formats";
import { type Board, evenly } from "../board.ts";
import type { Placeable } from "../panels/panel.ts";
import { notes } from "../panels/text.ts";
import { datasource, job, server } from "../variables.ts";
import { auditFaults, chainsChanged, head, lost, observers, oldestPending, records, waiting } from "./audit-log.ts";
import {
  askedBack,
  callerFaults,
  callersWrong,
  connections,
  durationOfAskedBack,
  handshakes,
  refusals,
  refused,
  sessionLengths,
  strangers,
} from "./clients.ts";
import { recordsLost } from "./overview-figures.ts";
import { revisions } from "./server-details.ts";

/** Who asks and how, and whether everything is written down. */
export const clientsAndAudit: Board = {
  name: "clientsAndAudit",
  title: "MCP / Clients and audit",
  description:
    "Who asks and how: connections, revisions, what callers do wrong, what is refused. And whether the audit log has all of it.",
  from: "now-6h",
  variables: [datasource(), job(METRIC.requests), server()],
  first: [evenly(4, recordsLost(), auditFaults(), oldestPending(), refused(), callersWrong(), chainsChanged())],
  sections: [
    {
      title: "Clients",
      lines: [
        evenly(8, callerFaults(), refusals(), handshakes()),
        evenly(8, connections(), revisions(), sessionLengths()),
        evenly(8, askedBack(), durationOfAskedBack(), strangers()),
      ],
    },
    {
      title: "Audit log",
      lines: [evenly(8, records(), lost(), waiting()), evenly(8, head(), observers(), guide())],
    },
  ],
};

function guide(): Placeable {
  return notes(`
- **Records lost?** See the disk of the log first, then the log of the server.
- **Who was it?** Names of clients and callers are in the audit log, never in metrics: \`mcp-ops audit tail\`.
- **Is the log whole?** \`mcp-ops audit verify\` reads all of it; with \`audit.folders\` in its config the sidecar does so again and again.`);
}
