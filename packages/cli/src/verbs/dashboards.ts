import { dashboards as allDashboards, dashboardText } from "@mcp-ops/dashboards";
import { Option } from "commander";
import { counted } from "../counted.ts";
import { exportFiles } from "../export-files.ts";
import { addExamples } from "../help.ts";
import { textTable } from "../text-table.ts";
import type { Verb } from "../verb.ts";

interface Flags {
  readonly out: string;
  readonly only?: readonly string[];
  readonly runbooks?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `mcp-ops dashboards export`: the files that Grafana imports. */
export const dashboards: Verb = (program, terminal) => {
  const group = program.command("dashboards").description("Dashboards for Grafana.");
  const names = allDashboards().map(({ name }) => name);
  const verb = group
    .command("export")
    .description("Write the dashboards as JSON, for Grafana to import or to be provisioned with.")
    .option("--out <folder>", "where to", "dashboards")
    .addOption(new Option("--only <names...>", "not all of them").choices(names))
    .option("--runbooks <url>", "put a link at the top of each: where docs/runbooks can be read")
    .option("--force", "replace files that are there and say something else")
    .option("--json", "results on stdout as JSON")
    .action(async (flags: Flags) => {
      const { out, only = names, runbooks, force = false } = flags;
      const wanted = allDashboards(runbooks === undefined ? {} : { runbooks }).filter(({ name }) =>
        only.includes(name),
      );
      const files = wanted.map((dashboard) => ({ name: `${dashboard.name}.json`, text: dashboardText(dashboard) }));
      const states = await exportFiles(out, files, { force });
      const rows = wanted.map(({ name, uid, title }, index) => ({ name, uid, title, state: states[index] ?? "same" }));
      if (flags.json) return terminal.out(JSON.stringify({ folder: out, dashboards: rows }));
      terminal.out(
        textTable(
          [{ title: "dashboard" }, { title: "file" }, { title: "" }],
          rows.map((row) => [row.title, `${row.name}.json`, row.state]),
        ),
      );
      terminal.out(`${counted(rows.length, "dashboard")} in ${out}. How Grafana gets them: docs/dashboards.md.`);
    });
  addExamples(verb, [
    [
      "mcp-ops dashboards export --out /var/lib/grafana/dashboards/mcp-ops",
      "into a folder that Grafana is provisioned with",
    ],
    ["mcp-ops dashboards export --only overview server", "two of them, to be imported by hand"],
    [
      "mcp-ops dashboards export --force --runbooks https://wiki.example/runbooks",
      "anew, with a link to your runbooks",
    ],
  ]);
};
