import type { Advice, AdviceAnswer } from "@mcp-ops/cost";
import { type AskingFlags, addAskingOptions } from "../../asking.ts";
import { counted } from "../../counted.ts";
import { addExamples } from "../../help.ts";
import { printable } from "../../printable.ts";
import type { Verb } from "../../verb.ts";
import { askCost } from "./ask-cost.ts";
import { amountText } from "./money.ts";

interface Flags extends AskingFlags {
  readonly all?: boolean;
}

export const addAdvise: Verb = (group, terminal) => {
  const verb = group
    .command("advise")
    .description("Say what could cost less, and why we think so. Nothing is done about it.")
    .option("--all", "also what is fine, and what too little is known of")
    .action(async (flags: Flags) => {
      const { advice, ...heading } = await askCost<AdviceAnswer>(flags, "/advice");
      const shown = advice.filter(({ state }) => flags.all === true || state === "advised");
      terminal.out(
        flags.json ? JSON.stringify({ ...heading, advice: shown }) : adviceText(shown, advice, heading.currency),
      );
    });
  addExamples(addAskingOptions(verb), [
    ["mcp-ops cost advise", "what saves most comes first"],
    ["mcp-ops cost advise --all", "with what nothing can be said of yet"],
  ]);
};

export function adviceText(shown: readonly Advice[], all: readonly Advice[], currency: string): string {
  const unknown = all.filter(({ state }) => state === "not enough data").length;
  const hidden = unknown > 0 && !shown.some(({ state }) => state === "not enough data");
  return [
    ...(all.length === 0 ? ["No advice yet: it takes days that are over."] : []),
    ...(shown.length === 0 && all.length > 0 ? ["No advice."] : shown.map((one) => pieceText(one, currency))),
    ...(hidden ? [`Of ${counted(unknown, "thing")} too little is known yet; --all shows them.`] : []),
  ].join("\n\n");
}

const MARK = { advised: "!", fine: " ", "not enough data": "?" } as const;

function pieceText(
  { kind, server, target, state, text, evidence, basis, savingMicroUnitsPerMonth: saving }: Advice,
  currency: string,
): string {
  const about = [server, ...(target === undefined ? [] : [target])].map(printable).join(" / ");
  const saves = saving === undefined ? "" : `  ${savingText(saving, currency)}`;
  const figures = Object.entries(evidence).map(
    ([name, figure]) => `${name} ${Number.isInteger(figure) ? figure : Number(figure.toPrecision(4))}`,
  );
  return [
    `${MARK[state]} ${about}: ${kind}${saves}`,
    `  ${printable(text)}`,
    `  ${[...figures, `from ${counted(basis.count, basis.of.replace(/s$/, ""))}`].join(", ")}`,
  ].join("\n");
}

function savingText(saving: number, currency: string): string {
  if (saving === 0) return "saves nothing";
  return saving > 0
    ? `saves ${amountText(saving, currency)} a month`
    : `costs ${amountText(-saving, currency)} a month more`;
}
