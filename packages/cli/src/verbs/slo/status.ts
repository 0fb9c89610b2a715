import type { SloDocument, SloState } from "@mcp-ops/formats";
import { percentText, promiseText } from "@mcp-ops/slo";
import { type AskingFlags, addAskingOptions, clientOf, granted } from "../../asking.ts";
import { EXIT } from "../../exit-codes.ts";
import { addExamples } from "../../help.ts";
import { printable } from "../../printable.ts";
import { textTable } from "../../text-table.ts";
import type { Verb } from "../../verb.ts";

export const addStatus: Verb = (group, terminal, end) => {
  const verb = group
    .command("status")
    .description("Show how each objective stands. Ends with 3 when one is missed or at risk.")
    .action(async (flags: AskingFlags) => {
      const document = granted(await clientOf(flags).ask("GET", "/slo")) as unknown as SloDocument;
      terminal.out(flags.json ? JSON.stringify(document) : statusText(document));
      const isBroken = document.objectives.some(({ state }) => state === "missed" || state === "at-risk");
      end(isBroken ? EXIT.alarm : EXIT.ok);
    });
  addExamples(addAskingOptions(verb), [
    ["mcp-ops slo status", "all objectives of this machine's sidecar"],
    ["mcp-ops slo status --json | jq '.objectives[] | select(.state != \"met\")'", "those that are not met"],
  ]);
};

const COLUMNS = [
  { title: "objective" },
  { title: "promised", right: true },
  { title: "reached", right: true },
  { title: "window" },
  { title: "budget left", right: true },
  { title: "burns (1h)", right: true },
  { title: "state" },
];

function statusText({ objectives }: SloDocument): string {
  if (objectives.length === 0) return "Nothing is promised: set slo.objectives in the config of the sidecar.";
  const notes = objectives.filter(({ state }) => state !== "met").map(({ name, note }) => `${name}: ${note}`);
  return [
    textTable(COLUMNS, objectives.map(rowOf)),
    ...(notes.length === 0 ? [] : ["", printable(notes.join("\n"))]),
  ].join("\n");
}

function rowOf({
  name,
  objective,
  good,
  total,
  window,
  budgetRemaining,
  burnRates,
  state,
}: SloState): readonly string[] {
  return [
    name,
    promiseText(objective),
    total === 0 ? "" : percentText(good / total, objective),
    window,
    budgetRemaining === undefined ? "" : `${Math.floor(budgetRemaining * 100)} %`,
    burnRates["1h"] === undefined ? "" : `${burnRates["1h"].toFixed(1)}×`,
    state,
  ];
}
