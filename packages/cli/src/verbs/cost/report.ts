import type { SummaryAnswer, Totals } from "@mcp-ops/cost";
import { COST_PARTS } from "@mcp-ops/formats";
import { type AskingFlags, addAskingOptions } from "../../asking.ts";
import { clipped } from "../../clipped.ts";
import { addExamples } from "../../help.ts";
import { printable } from "../../printable.ts";
import { textTable } from "../../text-table.ts";
import type { Verb } from "../../verb.ts";
import { askCost } from "./ask-cost.ts";
import { budgetAlarms, budgetTable } from "./budget-text.ts";
import { addDaysOptions, type DaysFlags, daysQuery, daysText } from "./days.ts";
import { amountText, decimalsFor, moneyText } from "./money.ts";

export const addReport: Verb = (group, terminal) => {
  const verb = group
    .command("report")
    .description("Show what each server cost, of what it is made up, and how the budgets stand.")
    .action(async (flags: AskingFlags & DaysFlags) => {
      const answer = await askCost<SummaryAnswer>(flags, `/summary?${daysQuery(flags)}`);
      terminal.out(flags.json ? JSON.stringify(answer) : reportText(answer));
    });
  addExamples(addAskingOptions(addDaysOptions(verb, 1)), [
    ["mcp-ops cost report", "today, so far"],
    ["mcp-ops cost report --days 7", "the last seven days, with today"],
    ["mcp-ops cost report --to 2026-11-20 --json | jq .totals.microUnits", "one day, in millionths of the currency"],
  ]);
};

export function reportText(answer: SummaryAnswer): string {
  const { firstDay, lastDay, timeZone, currency, totals, days, budgets } = answer;
  const versions = [...new Set(days.flatMap(({ prices }) => prices))].map((name) => name || "none");
  const parts = [
    `${daysText(firstDay, lastDay)}, in ${currency}\nDays of ${timeZone}. Prices: ${versions.join(", ") || "none"}.`,
    ...(firstDay === lastDay ? [] : [dayTable(answer)]),
    totals.servers.length === 0 ? "Nothing was counted." : serverTable(totals),
    remarks(answer).join("\n"),
    ...(budgets.length === 0 ? [] : [[budgetTable(budgets), ...budgetAlarms(budgets)].join("\n")]),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

const DAY_COLUMNS = [{ title: "day" }, { title: "sum", right: true }, { title: "" }];

function dayTable({ days }: SummaryAnswer): string {
  const decimals = decimalsFor(days.map(({ microUnits }) => microUnits));
  const rows = days.map(({ day, microUnits, isComplete }) => {
    return [day, moneyText(microUnits, decimals), isComplete ? "" : "so far"];
  });
  return textTable(DAY_COLUMNS, rows);
}

const SERVER_COLUMNS = [
  { title: "server" },
  ...["used", "idle", "tokens", "lists", "calls", "sum"].map((title) => ({ title, right: true })),
];

function serverTable({ servers, machineIdle, microUnits }: Totals): string {
  const decimals = decimalsFor([microUnits]);
  const text = (amount: number) => moneyText(amount, decimals);
  const rows = servers.map((server) => [
    clipped(server.server, 24),
    ...COST_PARTS.map((part) => text(server[part])),
    text(server.microUnits),
  ]);
  const idle = machineIdle === 0 ? [] : [["idle machine", "", text(machineIdle), "", "", "", text(machineIdle)]];
  return textTable(SERVER_COLUMNS, [...rows, ...idle, ["sum", "", "", "", "", "", text(microUnits)]]);
}

/** What a small sum does not say. */
function remarks({ totals, currency, days }: SummaryAnswer): readonly string[] {
  const unpriced = totals.servers.flatMap(({ server, unpriced: things }) =>
    things.length === 0 ? [] : [`${printable(server)} (${things.join(", ")})`],
  );
  const mayMiss = totals.servers.reduce((sum, one) => sum + one.mayMiss, 0);
  const isOpen = days.some(({ isComplete }) => !isComplete);
  return [
    ...(unpriced.length === 0 ? [] : [`Without a price: ${unpriced.join("; ")}. See: mcp-ops cost prices`]),
    ...(mayMiss === 0 ? [] : [`Up to ${amountText(mayMiss, currency)} may be missing: nobody looked for a while.`]),
    ...(isOpen ? [`${days.length === 1 ? "The day" : "The last day"} is not over: its figures will still grow.`] : []),
  ];
}
