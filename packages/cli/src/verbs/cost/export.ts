import { type CostRow, type ExportAnswer, ROWS_BY, type RowsBy, shiftDay } from "@mcp-ops/cost";
import { Option } from "commander";
import { type AskingFlags, addAskingOptions } from "../../asking.ts";
import { usageError } from "../../complaint.ts";
import { addExamples } from "../../help.ts";
import type { Verb } from "../../verb.ts";
import { askCost } from "./ask-cost.ts";
import { csvLine } from "./csv.ts";
import { day } from "./days.ts";

interface Flags extends AskingFlags {
  readonly format: "csv" | "json";
  readonly by: RowsBy;
  readonly from?: string;
  readonly to?: string;
}

const DEFAULT_DAYS = 31;
/** As long as a ledger can be told to keep days. */
const MOST_DAYS = 4_000;

export const addExport: Verb = (group, terminal) => {
  const verb = group
    .command("export")
    .description(
      "Print the bill line by line, the oldest day first. Whatever it is taken apart by, the lines add up to the days.",
    )
    .addOption(
      new Option("--format <format>", "json prints one line of JSON for each").choices(["csv", "json"]).default("csv"),
    )
    .addOption(new Option("--by <what>", "what a line is about").choices(ROWS_BY).default("tool"))
    .option("--from <day>", `the first day (default: ${DEFAULT_DAYS} days with the last)`, day)
    .option("--to <day>", "the last day (default: today)", day)
    .action(async (flags: Flags) => {
      const isJson = flags.json === true || flags.format === "json";
      const pieces = await piecesOf(flags);
      if (!isJson) terminal.out(csvLine(titlesOf(flags.by)));
      for (const { rows, currency } of pieces) {
        for (const row of rows)
          terminal.out(isJson ? JSON.stringify({ ...row, currency }) : csvLine(cellsOf(row, currency)));
      }
    });
  addExamples(addAskingOptions(verb), [
    ["mcp-ops cost export > cost.csv", "the last 31 days by tool, for a spreadsheet"],
    [
      "mcp-ops cost export --by part --from 2026-01-01 --to 2026-03-31",
      "a quarter: used, idle, tokens, definitions, calls",
    ],
  ]);
};

/** Day by day, because one may have very many lines; from the last day back, because the sidecar alone knows which day is today. */
async function piecesOf(flags: Flags): Promise<readonly ExportAnswer[]> {
  const { by, from, to } = flags;
  const askFor = (upTo: string) => askCost<ExportAnswer>(flags, `/export?by=${by}&days=1${upTo}`);
  const pieces = [await askFor(to === undefined ? "" : `&to=${to}`)];
  const [{ lastDay }] = pieces as [ExportAnswer];
  const first = from ?? shiftDay(lastDay, 1 - DEFAULT_DAYS);
  if (first > lastDay) throw usageError(`${first} is after ${lastDay}. Give an earlier --from.`);
  if (first < shiftDay(lastDay, 1 - MOST_DAYS))
    throw usageError(`No ledger goes back to ${first}. Give a later --from: ${MOST_DAYS} days at most.`);
  for (let next = shiftDay(lastDay, -1); next >= first; next = shiftDay(next, -1))
    pieces.push(await askFor(`&to=${next}`));
  return pieces.reverse();
}

function titlesOf(by: RowsBy): readonly string[] {
  const tokens = ["tokens_estimate", "tokens_tokenizer", "tokens_reported"];
  return ["day", "server", by === "server" ? "name" : by, "calls", ...tokens, "cost", "currency"];
}

/** The cost with all its digits: it is summed where it goes. */
function cellsOf({ day: date, server, name, calls, resultTokens = {}, microUnits }: CostRow, currency: string) {
  const tokens = [resultTokens.estimate, resultTokens.tokenizer, resultTokens.reported];
  return [date, server, name, calls, ...tokens, (microUnits / 1e6).toFixed(6), currency].map((cell) =>
    String(cell ?? ""),
  );
}
