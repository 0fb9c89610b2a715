import { fileURLToPath } from "node:url";
import { type FleetChange, type Launcher, launcherFor, wrapFleet } from "@mcp-ops/proxy";
import type { Command } from "commander";
import { usageError } from "./complaint.ts";
import type { Terminal } from "./verb.ts";

/** What the verbs that change a client's config have in common. */
export interface FleetFlags {
  readonly config?: string;
  readonly write?: boolean;
  readonly json?: boolean;
}

export function addFleetOptions(command: Command): Command {
  return command
    .option("--config <file>", "instead: every stdio server of a client's config (mcp.json, settings.json, …)")
    .option("--write", "with --config: replace the file; what it held lies beside it (.mcp-ops-backup)");
}

/** `mcp-ops wrap --config`: the other options go to each server's own `mcp-ops wrap`. */
export async function wrapConfig(flags: FleetFlags, args: readonly string[], terminal: Terminal): Promise<void> {
  const options = handedOn(args);
  if (options.some((word) => /^--name(=|$)/.test(word))) {
    throw usageError("--name is for one server; with --config each has the name it has there.");
  }
  const { config = "", write = false } = flags;
  tell(await wrapFleet({ config, launcher: ownLauncher(), options, write }), flags, terminal);
}

/** The words of the command line behind the verb, without those that are about the config. */
function handedOn(args: readonly string[]): readonly string[] {
  const words = args.slice(args.indexOf("wrap") + 1);
  return words.filter((word, i) => !/^--(?:config|write|json)(?:=|$)/.test(word) && words[i - 1] !== "--config");
}

function ownLauncher(): Launcher {
  const script = fileURLToPath(new URL("../bin/mcp-ops.js", import.meta.url));
  return launcherFor(process.env.PATH, process.execPath, script);
}

/** The file goes to stdout as it would be written, so that it can be piped; what was done goes to stderr. */
export function tell(change: FleetChange, { json }: FleetFlags, terminal: Terminal): void {
  const { file, text, servers, written, backup } = change;
  if (json === true) return terminal.out(JSON.stringify(change));
  if (!written) terminal.out(text.replace(/\n$/, ""));
  for (const { name, action, why } of servers) {
    terminal.err(`${name}: ${action}${why === undefined ? "" : `, ${why}`}`);
  }
  if (servers.length === 0) terminal.err(`${file} names no servers.`);
  else if (!written) terminal.err(`${file} is as it was.`);
  else terminal.err(`${file} is written. Restart its client.${backup === undefined ? "" : ` Backup: ${backup}`}`);
}
