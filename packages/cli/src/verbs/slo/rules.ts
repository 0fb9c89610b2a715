import { basename, dirname } from "node:path";
import { DEFAULT_RUNBOOKS, fileText, leftOutAlerts, objectiveGroups, prometheusGroups } from "@mcp-ops/alerts";
import { DUTY_PLANS, loadConfig } from "@mcp-ops/sidecar";
import { type Objective, type ObjectiveOptions, objective } from "@mcp-ops/slo";
import { exportFiles } from "../../export-files.ts";
import { addExamples } from "../../help.ts";
import { printable } from "../../printable.ts";
import type { Verb } from "../../verb.ts";
import { labelsOf } from "../alerts/changes.ts";
import { DEFAULT_CONFIG } from "../sidecar.ts";

interface Flags {
  readonly config: string;
  readonly env?: string;
  readonly keep?: readonly string[];
  readonly runbooks: string;
  readonly out?: string;
  readonly json?: boolean;
}

export const addRules: Verb = (group, terminal) => {
  const verb = group
    .command("rules")
    .description(
      "Make the Prometheus rules of the objectives in the config: error ratios, and alerts with the factors of each. Load them in place of slo.yaml.",
    )
    .option("--config <file>", "the config with the objectives", DEFAULT_CONFIG)
    .option("--env <name>", "lay mcp-ops.<name>.yaml over it (default: what MCP_OPS_ENV says)")
    .option("--keep <label...>", "labels that tell your installations apart, besides job")
    .option("--runbooks <url>", "where your people read the runbooks", DEFAULT_RUNBOOKS)
    .option("--out <file>", "write the file here, and not to stdout")
    .option("--json", "the rules, and what was left out, as JSON")
    .action(async (flags: Flags) => {
      const objectives = objectivesOf(flags);
      const options = { keep: labelsOf(flags.keep ?? []), runbooks: flags.runbooks.replace(/\/+$/, "") };
      const groups = objectiveGroups(objectives, options);
      const notes = notesOf(objectives);
      if (!flags.json) for (const note of notes) terminal.err(note);
      const text = flags.json
        ? JSON.stringify({ groups: prometheusGroups(groups, options), notes })
        : fileText(groups, options).trimEnd();
      if (flags.out === undefined) terminal.out(text);
      else await exportFiles(dirname(flags.out), [{ name: basename(flags.out), text: `${text}\n` }], { force: true });
    });
  addExamples(verb, [
    [
      "mcp-ops slo rules --out /etc/prometheus/rules/slo.yaml",
      "for rule_files, in place of the slo.yaml that is shipped",
    ],
    ["mcp-ops slo rules | promtool check rules /dev/stdin", "can Prometheus load them?"],
  ]);
};

function objectivesOf({ config: file, env: environment }: Flags): readonly Objective[] {
  const { config } = loadConfig({ file, environment, env: process.env, duties: DUTY_PLANS });
  const { objectives } = config.slo as {
    readonly objectives: Readonly<Record<string, Omit<ObjectiveOptions, "name">>>;
  };
  return Object.entries(objectives).map(([name, settings]) => objective({ name, ...settings }));
}

/** What is not in the rules, and why. */
function notesOf(objectives: readonly Objective[]): readonly string[] {
  if (objectives.length === 0)
    return ["Nothing is promised, so no rate is looked at: set slo.objectives in the config."];
  return objectives.flatMap((one) =>
    leftOutAlerts(one).map(({ long, short, factor }) => {
      const most = Number((1e6 / one.budgetPpm).toFixed(2));
      return `${printable(one.name)}: no alert over ${long} and ${short}, which comes from ${factor} on. With objective ${one.objective} the budget burns ${most} times faster than allowed when everything fails.`;
    }),
  );
}
