import { endLike, parseListen, readSettings, type Settings, wrap } from "@mcp-ops/proxy";
import { type Command, InvalidArgumentError } from "commander";
import type { Verb } from "../verb.ts";

interface Options {
  readonly name?: string;
  readonly listen?: Settings["listen"];
  readonly host?: readonly string[];
  readonly audit?: string;
  readonly healthResource?: boolean;
  readonly maxMessageSize?: number;
  readonly restart?: boolean;
  readonly learn: boolean;
}

const EXAMPLES = `
Examples:
  mcp-ops wrap -- npx -y @modelcontextprotocol/server-everything
  mcp-ops wrap --name notes --listen 9464 --audit /var/log/mcp -- python3 notes.py
  mcp-ops wrap --restart -- ./server --its-own --flags

What the server reads and writes passes byte for byte. It ends as it ends without this: same exit code, same signals.
Everything of ours is on stderr. The same can be set by MCP_OPS_SERVER, MCP_OPS_LISTEN, MCP_OPS_HOSTS,
MCP_OPS_AUDIT_FOLDER and MCP_OPS_HEALTH_RESOURCE; an option wins over the variable.`;

/** `mcp-ops wrap -- <command…>` */
export const wrapVerb: Verb = (program, terminal, end) => {
  const command = program
    .command("wrap")
    .summary("run a stdio server, observed")
    .description("Runs a stdio server as a child and observes what passes. Clients notice nothing.")
    .argument("<command...>", "the server's program and its arguments, after --");
  addOptions(command)
    .passThroughOptions()
    .addHelpText("after", EXAMPLES)
    .action(async (words: readonly string[], options: Options) => {
      const onWarning = (message: string) => terminal.err(`mcp-ops: ${message}`);
      const settings = readSettings(process.env, process.getuid?.() ?? 0);
      for (const problem of settings.problems) onWarning(problem);
      const ending = await wrap({
        command: words,
        name: options.name ?? settings.server,
        signals: signalOptions(options, settings),
        learnTargets: options.learn,
        maxMessageBytes: options.maxMessageSize,
        restart: options.restart,
        client: { input: process.stdin, output: process.stdout },
        onWarning,
      });
      end(endLike(ending));
    });
};

function addOptions(command: Command): Command {
  return command
    .option("--name <name>", "name of the server in every signal (default: the one it gives itself)")
    .option("--listen <address>", "port, host:port, path of a socket, or off (default: a socket)", address)
    .option("--host <names...>", "host names that may ask for metrics besides localhost")
    .option("--audit <folder>", "keep an audit log in this folder")
    .option("--health-resource", "show clients the resource health://status")
    .option("--max-message-size <size>", "longest message that passes, such as 64M", bytes)
    .option("--restart", "start the server again when it ends by itself")
    .option("--no-learn", "never ask the server for its lists of tools, prompts and resources");
}

function signalOptions(options: Options, { listen, hosts, folder, auditFolder, healthResource }: Settings) {
  return {
    listen: options.listen ?? listen,
    hosts: options.host ?? hosts,
    folder,
    auditFolder: options.audit ?? auditFolder,
    healthResource: options.healthResource ?? healthResource,
  };
}

function address(text: string): Settings["listen"] {
  const listen = parseListen(text);
  if (listen === "wrong") {
    throw new InvalidArgumentError("Give a port, host:port, the absolute path of a socket, or off.");
  }
  return listen;
}

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

function bytes(text: string): number {
  const match = /^(?<number>\d+)(?<unit>[KMG]?)$/i.exec(text)?.groups;
  const size = Number(match?.number) * (UNITS[match?.unit?.toUpperCase() ?? ""] ?? Number.NaN);
  if (!(size > 0)) throw new InvalidArgumentError("Give bytes, or a number with K, M or G.");
  return size;
}
