import { usageError } from "../complaint.ts";
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

const COLUMNS = [{ title: "dashboard" }, { title: "file" }, { title: "" }];

/** `mcp-ops dashboards export`: the files that Grafana imports. */
export const dashboards: Verb = (program, terminal) => {
  const group = program.command("dashboards").description("Get the dashboards for Grafana.");
  const verb = group
    .command("export")
    .description("Write the dashboards as JSON, for Grafana to import or to be provisioned with.")
    .option("--out <folder>", "where to", "dashboards")
    .option("--only <names...>", "not all of them: overview, server, failover …")
    .option("--runbooks <url>", "put a link at the top of each: where docs/runbooks can be read")
    .option("--force", "replace files that are there and say something else")
    .option("--json", "results on stdout as JSON")
    .action(async (flags: Flags) => {
      const rows = await exportDashboards(flags);
      if (flags.json) return terminal.out(JSON.stringify({ folder: flags.out, dashboards: rows }));
      terminal.out(
        textTable(
          COLUMNS,
          rows.map((row) => [row.title, row.file, row.state]),
        ),
      );
      terminal.out(`${counted(rows.length, "dashboard")} in ${flags.out}. How Grafana gets them: docs/dashboards.md.`);
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

async function exportDashboards({ out, only, runbooks, force = false }: Flags) {
  // Grafana's builders take longer to load than most verbs to run.
  const library = await import("@mcp-ops/dashboards");
  const all = library.dashboards(runbooks === undefined ? {} : { runbooks });
  const unknown = only?.find((wanted) => all.every(({ name }) => name !== wanted));
  if (unknown !== undefined)
    throw usageError(`There is no dashboard '${unknown}'. Take of: ${all.map(({ name }) => name).join(", ")}.`);
  const chosen = all.filter(({ name }) => only?.includes(name) ?? true);
  const files = chosen.map((dashboard) => ({ name: `${dashboard.name}.json`, text: library.dashboardText(dashboard) }));
  const states = await exportFiles(out, files, { force });
  return chosen.map(({ name, uid, title }, index) => ({
    name,
    uid,
    title,
    file: `${name}.json`,
    state: states[index] ?? "same",
  }));
}
