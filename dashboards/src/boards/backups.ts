import { METRIC } from "@mcp-ops/formats";
import { type Board, evenly } from "../board.ts";
import type { Placeable } from "../panels/panel.ts";
import { notes } from "../panels/text.ts";
import { datasource, job, labelOf } from "../variables.ts";
import {
  ages,
  alarms,
  alarmsNow,
  attempts,
  durations,
  failedRuns,
  files,
  lost,
  oldestSuccess,
  oldestVerified,
  restores,
  restoresFailed,
  retained,
  runs,
  sets,
  sizes,
} from "./backups-panels.ts";

/** Is there a good backup of everything, and would it restore. */
export const backups: Board = {
  name: "backups",
  title: "MCP / Backups",
  description:
    "Whether each set has a good backup that is young enough and was read again, and what is wrong with watched configs.",
  from: "now-7d",
  variables: [datasource(), job(METRIC.backupRetained), labelOf("set", "Set", METRIC.backupRetained)],
  first: [
    evenly(4, oldestSuccess(), oldestVerified(), alarmsNow(), failedRuns(), lost(), restoresFailed()),
    evenly(6, sets()),
  ],
  sections: [
    { title: "When", lines: [evenly(8, ages(), attempts(), alarms())] },
    {
      title: "What",
      lines: [evenly(8, sizes(), files(), durations()), evenly(8, runs(), restores(), retained()), evenly(5, guide())],
    },
  ],
};

function guide(): Placeable {
  return notes(`
- **An alarm?** A client has damaged its config, most likely. The log of the sidecar and \`mcp-ops backup list\` name the last good backup; \`mcp-ops backup restore <set> <id>\` puts it back.
- **Unverified?** \`mcp-ops backup verify <set>\` reads all of it again.
- **Nothing here?** Needs the section \`backup\` in the config of the sidecar.`);
}
