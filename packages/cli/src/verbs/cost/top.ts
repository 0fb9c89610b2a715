import { ROWS_BY, type RowsBy, type TopAnswer, type TopRow } from "@mcp-ops/cost";
import { InvalidArgumentError, Option } from "commander";
import { type AskingFlags, addAskingOptions } from "../../asking.ts";
import { clipped } from "../../clipped.ts";
import { addExamples } from "../../help.ts";
import { textTable } from "../../text-table.ts";
import type { Verb } from "../../verb.ts";
import { askCost } from "./ask-cost.ts";
import { addDaysOptions, type DaysFlags, daysQuery, daysText } from "./days.ts";
import { decimalsFor, moneyText } from "./money.ts";

interface Flags extends AskingFlags, DaysFlags {
  readonly by: RowsBy;
  readonly lines: number;
}

const DEFAULT_LINES = 10;

export const addTop: Verb = (group, terminal) => {
  const verb = group
    .command("top")
    .description("Show what cost most: tools, servers, principals or sessions.")
    .addOption(new Option("--by <what>", "what to compare").choices(ROWS_BY).default("tool"))
    .option("-n, --lines <count>", "how many, at most 1000", lines, DEFAULT_LINES)
    .action(async (flags: Flags) => {
      const answer = await askCost<TopAnswer>(flags, `/top?by=${flags.by}&most=${flags.lines}&${daysQuery(flags)}`);
      terminal.out(flags.json ? JSON.stringify(answer) : topText(answer));
    });
  addExamples(addAskingOptions(addDaysOptions(verb, 1)), [
    ["mcp-ops cost top", "the dearest tools of today"],
    ["mcp-ops cost top --by principal --days 31 -n 5", "who cost most lately"],
  ]);
};

export function topText({ by, rows, others, currency, firstDay, lastDay }: TopAnswer): string {
  const title = `${daysText(firstDay, lastDay)}, by ${by}, in ${currency}`;
  const sum = rows.reduce((all, row) => all + row.microUnits, others);
  if (sum === 0 && rows.length === 0) return `${title}\n\nNothing was counted.`;
  const decimals = decimalsFor(rows.map(({ microUnits }) => microUnits));
  const cells = rows.map((row) => cellsOf(row, by, sum, decimals));
  const rest = [...Array(columnsOf(by).length - 3).fill(""), moneyText(others, decimals), shareText(others, sum)];
  return `${title}\n\n${textTable(columnsOf(by), [...cells, ["everything else", ...rest]])}`;
}

function columnsOf(by: RowsBy) {
  const counted = by === "tool" ? ["calls", "tokens"] : by === "server" || by === "part" ? [] : ["calls"];
  return [
    { title: "server" },
    ...(by === "server" ? [] : [{ title: by }]),
    ...[...counted, "cost", "share"].map((title) => ({ title, right: true })),
  ];
}

function cellsOf(
  { server, name, calls = 0, resultTokens = {}, microUnits }: TopRow,
  by: RowsBy,
  sum: number,
  decimals: number,
) {
  const tokens = (resultTokens.estimate ?? 0) + (resultTokens.tokenizer ?? 0);
  const counted =
    by === "tool" ? [String(calls), String(tokens)] : by === "server" || by === "part" ? [] : [String(calls)];
  const named = by === "server" ? [] : [clipped(name, 24)];
  return [clipped(server, 20), ...named, ...counted, moneyText(microUnits, decimals), shareText(microUnits, sum)];
}

function shareText(part: number, whole: number): string {
  return whole === 0 ? "" : `${((100 * part) / whole).toFixed(1)} %`;
}

function lines(given: string): number {
  if (/^(?:[1-9]\d{0,2}|1000)$/.test(given)) return Number(given);
  throw new InvalidArgumentError("Give a number of lines, 1 to 1000.");
}
