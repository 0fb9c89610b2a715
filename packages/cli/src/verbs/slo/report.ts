import { type MonthReport, reportMarkdown } from "@mcp-ops/slo";
import { Option } from "commander";
import { type AskingFlags, addAskingOptions, clientOf, granted } from "../../asking.ts";
import { addExamples } from "../../help.ts";
import type { Verb } from "../../verb.ts";

interface Flags extends AskingFlags {
  readonly month?: string;
  readonly format: "md" | "json";
}

export const addReport: Verb = (group, terminal) => {
  const verb = group
    .command("report")
    .description("Tell how a month went: objectives, incidents, failovers, backups, and what is not known.")
    .option("--month <month>", "such as 2026-10 (default: the one that runs, so far)")
    .addOption(new Option("--format <format>", "Markdown to send, or data").choices(["md", "json"]).default("md"))
    .action(async (flags: Flags) => {
      const { month, format, json = format === "json" } = flags;
      const query = month === undefined ? "" : `?month=${encodeURIComponent(month)}`;
      const report = granted(await clientOf(flags).ask("GET", `/slo/report${query}`)) as unknown as MonthReport;
      terminal.out(json ? JSON.stringify(report) : reportMarkdown(report).trimEnd());
    });
  addExamples(addAskingOptions(verb), [
    ["mcp-ops slo report --month 2026-10 > october.md", "to send"],
    ["mcp-ops slo report --month 2026-10 --format json | jq .missing", "what nobody knows about October"],
  ]);
};
