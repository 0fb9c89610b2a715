import type { ForecastAnswer, Outlook } from "@mcp-ops/cost";
import { type AskingFlags, addAskingOptions } from "../../asking.ts";
import { clipped } from "../../clipped.ts";
import { addExamples } from "../../help.ts";
import { textTable } from "../../text-table.ts";
import type { Verb } from "../../verb.ts";
import { askCost } from "./ask-cost.ts";
import { budgetAlarms, budgetExit, budgetTable, minuteText } from "./budget-text.ts";
import { decimalsFor, moneyText } from "./money.ts";

export const addForecast: Verb = (group, terminal, end) => {
  const verb = group
    .command("forecast")
    .description(
      "Show what today and this month will have cost, and how the budgets stand. Ends with 3 when one is not all right.",
    )
    .action(async (flags: AskingFlags) => {
      const answer = await askCost<ForecastAnswer>(flags, "/forecast");
      terminal.out(flags.json ? JSON.stringify(answer) : forecastText(answer));
      end(budgetExit(answer.budgets));
    });
  addExamples(addAskingOptions(verb), [
    ["mcp-ops cost forecast", "a straight line from what was spent so far"],
    ["mcp-ops cost forecast || notify-send 'Look at the budgets of MCP'", "in a cron job"],
  ]);
};

const COLUMNS = [
  { title: "of" },
  { title: "today", right: true },
  { title: "at its end", right: true },
  { title: "this month", right: true },
  { title: "at its end", right: true },
];

export function forecastText({ outlooks, budgets, currency, timeZone }: ForecastAnswer): string {
  const decimals = { day: decimalsIn(outlooks, "day"), month: decimalsIn(outlooks, "month") };
  const servers = [...new Set(outlooks.map(({ server }) => server))];
  const of = (server: string, period: Outlook["period"]) =>
    outlooks.find((one) => one.server === server && one.period === period);
  const rows = servers.map((server) => [
    server === "" ? "all" : clipped(server, 24),
    ...cellsOf(of(server, "day"), decimals.day),
    ...cellsOf(of(server, "month"), decimals.month),
  ]);
  const ends = (["day", "month"] as const).map((period) => minuteText(of("", period)?.endsAt ?? ""));
  return [
    `In ${currency}, by a straight line; "?": not enough data yet.`,
    textTable(COLUMNS, rows),
    `Today ends at ${ends[0]}, the month at ${ends[1]}.\nDays of ${timeZone}.`,
    ...(budgets.length === 0 ? [] : [[budgetTable(budgets), ...budgetAlarms(budgets)].join("\n")]),
  ].join("\n\n");
}

function decimalsIn(outlooks: readonly Outlook[], of: Outlook["period"]): number {
  const within = outlooks.filter(({ period }) => period === of);
  return decimalsFor(within.map(({ forecastMicroUnits, spentMicroUnits }) => forecastMicroUnits ?? spentMicroUnits));
}

function cellsOf(outlook: Outlook | undefined, decimals: number): readonly string[] {
  if (outlook === undefined) return ["", ""];
  const { spentMicroUnits, forecastMicroUnits } = outlook;
  const expected = forecastMicroUnits === undefined ? "?" : moneyText(forecastMicroUnits, decimals);
  return [moneyText(spentMicroUnits, decimals), expected];
}
