import { endLike, wrap } from "@mcp-ops/proxy";
import { type Command, InvalidArgumentError } from "commander";
import { usageError } from "../complaint.ts";
import { addFleetOptions, type FleetFlags, wrapConfig } from "../fleet.ts";
import { addExamples } from "../help.ts";
import { addSignalOptions, type SignalFlags, signalOptions } from "../signal-options.ts";
import { openSpans } from "../spans.ts";
import type { Terminal, Verb } from "../verb.ts";

interface Flags extends SignalFlags, FleetFlags {
  readonly maxMessageSize?: number;
  readonly restart?: boolean;
  readonly learn: boolean;
}

/** `mcp-ops wrap -- <command…>`, and `mcp-ops wrap --config <file>` */
export const wrapVerb: Verb = (program, terminal, end) => {
  const verb = program
    .command("wrap")
    .summary("run a stdio server, observed")
    .description("Runs a stdio server as a child and observes what passes. Clients notice nothing.")
    .argument("[command...]", "the server's program and its arguments, after --")
    .passThroughOptions()
    .action(async (words: readonly string[], flags: Flags) => {
      if (flags.config !== undefined && words.length === 0) {
        return wrapConfig(flags, (program as RawCommand).rawArgs, terminal);
      }
      if (flags.config !== undefined) throw usageError("Give either a command or a client's --config, not both.");
      if (words.length === 0) throw usageError("Which server? Give its command after --, or a client's --config.");
      end(await run(words, flags, terminal));
    });
  addFleetOptions(addOptions(verb));
  addExamples(
    verb,
    [
      ["mcp-ops wrap -- npx -y @modelcontextprotocol/server-everything", "metrics wait on a socket"],
      [
        "mcp-ops wrap --name notes --ops-listen 9464 --audit /var/log/mcp -- python3 notes.py",
        "on a port, with an audit log",
      ],
      ["mcp-ops wrap --restart -- ./server --its-own --flags", "started again when it ends by itself"],
      ["mcp-ops wrap --config ~/.cursor/mcp.json", "see what would change in a client's config; --write does it"],
    ],
    "What the server reads and writes passes byte for byte. It ends as it ends without this: same exit code, same signals.\n" +
      "Everything of ours is on stderr.",
  );
};

/** commander keeps what it was given; its types do not say so. */
type RawCommand = Command & { readonly rawArgs: readonly string[] };

function addOptions(command: Command): Command {
  return addSignalOptions(command)
    .option("--max-message-size <size>", "longest message that passes, such as 64M", bytes)
    .option("--restart", "start the server again when it ends by itself")
    .option("--no-learn", "never ask the server for its lists of tools, prompts and resources");
}

async function run(command: readonly string[], flags: Flags, terminal: Terminal): Promise<number> {
  const name = flags.name ?? (process.env.MCP_OPS_SERVER || undefined);
  const signals = signalOptions(flags, process.env, name ?? "mcp-server", terminal);
  const { onWarning } = signals;
  const spans = await openSpans(flags, process.env, signals);
  const ending = await wrap({
    command,
    name,
    signals,
    learnTargets: flags.learn,
    maxMessageBytes: flags.maxMessageSize,
    restart: flags.restart,
    client: { input: process.stdin, output: process.stdout },
    onWarning,
  }).finally(() => spans?.[Symbol.asyncDispose]());
  return endLike(ending);
}

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

function bytes(text: string): number {
  const match = /^(?<number>\d+)(?<unit>[KMG]?)$/i.exec(text)?.groups;
  const size = Number(match?.number) * (UNITS[match?.unit?.toUpperCase() ?? ""] ?? Number.NaN);
  if (!(size > 0)) throw new InvalidArgumentError("Give bytes, or a number with K, M or G.");
  return size;
}
