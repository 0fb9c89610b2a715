import { type AskingFlags, addAskingOptions, clientOf } from "../../asking.ts";
import { EXIT } from "../../exit-codes.ts";
import { addExamples } from "../../help.ts";
import { printable } from "../../printable.ts";
import { textTable } from "../../text-table.ts";
import type { Verb } from "../../verb.ts";
import { type GroupView, groupView, scheduledIn, type View } from "./group-view.ts";

export const addStatus: Verb = (group, terminal, end) => {
  const verb = group
    .command("status")
    .description("Show who leads, and how each node is. Ends with 3 when somebody should look.")
    .action(async (flags: AskingFlags) => {
      const view = await groupView(clientOf(flags));
      terminal.out(flags.json ? JSON.stringify(view) : groupText(view));
      const isCalm = view.content && Object.values(view.members).every(({ content }) => content === true);
      end(isCalm ? EXIT.ok : EXIT.alarm);
    });
  addExamples(addAskingOptions(verb), [
    ["mcp-ops failover status", "the group of this machine's sidecar"],
    ["mcp-ops failover status --json | jq -r .primary.node", "who leads"],
  ]);
};

const COLUMNS = [
  { title: "node" },
  { title: "role" },
  { title: "phase" },
  { title: "token", right: true },
  { title: "lease", right: true },
  { title: "server" },
  { title: "data", right: true },
  { title: "remarks" },
];

function groupText(view: GroupView): string {
  const { group, message, store, members } = view;
  const rows = Object.entries(members).map(([name, view]) => rowOf(name, view));
  const lines = [printable(message), "", textTable(COLUMNS, rows), "", `group ${group}, lease in ${store.kind}`];
  if (store.singleArbiter) lines.push("The arbiter is a single one: while it is gone, nobody takes over.");
  for (const { at, leader, candidate = "the first that can" } of scheduledIn(view))
    lines.push(printable(`Planned for ${at}: ${leader} hands over to ${candidate}.`));
  return lines.join("\n");
}

function rowOf(name: string, view: View): readonly string[] {
  if (view.role === undefined) return [name, "?", "", "", "", "", "", view.trouble ?? ""];
  const {
    role,
    phase = "",
    token = "",
    remainingMs = 0,
    healthy,
    syncLagMs,
    paused,
    reasons = [],
    trouble = "",
  } = view;
  const remarks = [
    ...(paused ? ["paused"] : []),
    ...reasons.filter((reason) => reason !== "paused"),
    ...(trouble === "" ? [] : [trouble]),
  ];
  const lease = remainingMs > 0 ? secondsText(remainingMs) : "";
  const age = syncLagMs === undefined ? "" : secondsText(syncLagMs);
  return [name, role, phase, token, lease, healthy ? "well" : "ill", age, remarks.join(", ")];
}

function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
