import { fileURLToPath } from "node:url";
import { type FleetChange, launcherFor, unwrapFleet, wrapFleet } from "@mcp-ops/proxy";
import { addExamples } from "../help.ts";
import type { Terminal, Verb } from "../verb.ts";

interface Flags {
  readonly config: string;
  readonly write?: boolean;
  readonly json?: boolean;
}

/** `mcp-ops fleet wrap|unwrap`: every stdio server of a client's config at once. */
export const fleet: Verb = (program, terminal) => {
  const group = program
    .command("fleet")
    .description("Watch every stdio server that a desktop client starts, by its config.");
  const wrap = group
    .command("wrap")
    .description("Put each stdio server of a config behind mcp-ops wrap. Shows the new file; --write installs it.")
    .argument("[options...]", "options that mcp-ops wrap gets for each server, after --")
    .requiredOption("--config <file>", "mcp.json, claude_desktop_config.json, settings.json, …")
    .option("--write", "replace the file; what it held lies beside it, with the ending .mcp-ops-backup")
    .action(async (options: readonly string[], { config, write = false, json = false }: Flags) => {
      tell(await wrapFleet({ config, launcher: ownLauncher(), options, write }), json, terminal);
    });
  addExamples(wrap, [
    ["mcp-ops fleet wrap --config ~/.cursor/mcp.json", "see what would change"],
    ["mcp-ops fleet wrap --config ~/.cursor/mcp.json --write -- --audit ~/audit", "do it, with an audit log"],
  ]);
  const unwrap = group
    .command("unwrap")
    .description(
      "Undo fleet wrap: the same bytes as before, where nothing else was changed since. --write installs it.",
    )
    .requiredOption("--config <file>", "the file that was wrapped")
    .option("--write", "replace the file")
    .action(async ({ config, write = false, json = false }: Flags) => {
      tell(await unwrapFleet({ config, write }), json, terminal);
    });
  addExamples(unwrap, [["mcp-ops fleet unwrap --config ~/.cursor/mcp.json --write", "as it was before"]]);
};

function ownLauncher() {
  const script = fileURLToPath(new URL("../../bin/mcp-ops.js", import.meta.url));
  return launcherFor(process.env.PATH, process.execPath, script);
}

/** The file goes to stdout as it would be written, so that it can be piped; what was done goes to stderr. */
function tell(change: FleetChange, json: boolean, terminal: Terminal): void {
  const { file, text, servers, written, backup } = change;
  if (json) return terminal.out(JSON.stringify(change));
  if (!written) terminal.out(text.replace(/\n$/, ""));
  for (const { name, action, why } of servers) terminal.err(`${name}: ${action}${why === undefined ? "" : `, ${why}`}`);
  if (servers.length === 0) terminal.err(`${file} names no servers.`);
  else if (!written) terminal.err(`${file} is as it was.`);
  else terminal.err(`${file} is written. Restart its client.${backup === undefined ? "" : ` Backup: ${backup}`}`);
}
