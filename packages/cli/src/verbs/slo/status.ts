import type { SloDocument, SloState } from "@mcp-ops/formats";
import { percentText, promiseText } from "@mcp-ops/slo";
import { type AskingFlags, addAskingOptions, clientOf, granted } from "../../asking.ts";
import { clipped } from "../../clipped.ts";
import { EXIT } from "../../exit-codes.ts";
import { addExamples } from "../../help.ts";
import { printable } from "../../printable.ts";
import { textTable } from "../../text-table.ts";
import type { Verb } from "../../verb.ts";

export const addStatus: Verb = (group, terminal, end) => {
  const verb = group
    .command("status")
    .description(
      "Show how each objective stands: what is left of its error budget, and how many times faster than allowed that burnt in the last hour. Ends with 3 when one is missed or at risk.",
    )
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
  { title: "over" },
  { title: "left", right: true },
  { title: "burn 1h", right: true },
  { title: "state" },
];

export function statusText({ objectives }: SloDocument): string {
  if (objectives.length === 0) return "Nothing is promised: set slo.objectives in the config of the sidecar.";
  const notes = objectives
    .filter(({ state }) => state !== "met")
    .map(({ name, note }) => printable(`${name}: ${note}`));
  return [textTable(COLUMNS, objectives.map(rowOf)), ...(notes.length === 0 ? [] : [notes.join("\n")])].join("\n\n");
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
    clipped(name, 16),
    promiseText(objective),
    total === 0 ? "" : percentText(good / total, objective),
    window,
    budgetRemaining === undefined ? "" : leftText(Math.floor(budgetRemaining * 100)),
    burnRates["1h"] === undefined ? "" : rateText(burnRates["1h"]),
    state,
  ];
}

function leftText(percent: number): string {
  return percent < -999 ? "<-999 %" : `${percent} %`;
}

function rateText(rate: number): string {
  return `${rate.toFixed(rate < 100 ? 1 : 0)}×`;
}
