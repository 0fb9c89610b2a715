import { join } from "node:path";
import {
  DEFAULT_RUNBOOKS,
  fileText,
  prometheusGroups,
  type RuleFileOptions,
  ruleFiles,
  ruleGroups,
  THRESHOLDS,
} from "@mcp-ops/alerts";
import { exportFiles } from "../../export-files.ts";
import { addExamples } from "../../help.ts";
import { textTable } from "../../text-table.ts";
import type { Terminal, Verb } from "../../verb.ts";
import { changesOf, labelsOf, timesOf } from "./changes.ts";

interface Flags {
  readonly set?: readonly string[];
  readonly keep?: readonly string[];
  readonly runbooks: string;
  readonly drill: number;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export const addRender: Verb = (group, terminal) => {
  const verb = group
    .command("render")
    .description("Print the alert rules for Prometheus, or write a file for each concern.")
    .option("--set <name=value...>", "thresholds of your own, for those below")
    .option("--keep <label...>", "labels that tell your installations apart, besides job")
    .option("--runbooks <url>", "where your people read the runbooks", DEFAULT_RUNBOOKS)
    .option("--drill <times>", "everything so many times sooner, to try where alerts go", timesOf, 1)
    .option("--out <folder>", "write <concern>.yaml there, for rule_files of prometheus.yml")
    .option("--force", "replace files that are there and say something else")
    .action((flags: Flags) => render(flags, terminal));
  addExamples(
    verb,
    [
      ["mcp-ops alerts render --out /etc/prometheus/mcp", "a file for each concern"],
      ["mcp-ops alerts render --set slowToolSeconds=30 serverErrorRatio=0.01", "other thresholds"],
      ["mcp-ops alerts render --out /etc/prometheus/mcp --force", "the same of a newer version"],
      ["mcp-ops alerts render --keep namespace cluster", "alerts that say in which namespace of which cluster"],
    ],
    `Thresholds:\n${thresholdTable()}`,
  );
};

async function render(flags: Flags, terminal: Terminal): Promise<void> {
  const options = optionsOf(flags);
  if (flags.out === undefined) return terminal.out(flags.json ? jsonOf(options) : yamlOf(options));
  const files = ruleFiles(options);
  await exportFiles(flags.out, files, { force: flags.force ?? false });
  const written = files.map(({ name }) => join(flags.out as string, name));
  terminal.out(flags.json ? JSON.stringify({ files: written }) : written.join("\n"));
}

function optionsOf({ set = [], keep = [], runbooks, drill }: Flags): RuleFileOptions {
  return { set: changesOf(set), keep: labelsOf(keep), runbooks: runbooks.replace(/\/+$/, ""), drill };
}

function jsonOf(options: RuleFileOptions): string {
  return JSON.stringify({ groups: prometheusGroups(ruleGroups(options), options) });
}

function yamlOf(options: RuleFileOptions): string {
  return fileText(ruleGroups(options), options).trimEnd();
}

function thresholdTable(): string {
  const rows = Object.entries(THRESHOLDS).map(([name, row]) => [name, String(row.default), row.unit]);
  return textTable([{ title: "name" }, { title: "default", right: true }, { title: "unit" }], rows).replaceAll(
    /^/gm,
    "  ",
  );
}
