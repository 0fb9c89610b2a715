import { DEFAULT_IDLE_MS, DEFAULT_MAX_SESSIONS, DEFAULT_SERVE_PATH, openSignals } from "@mcp-ops/proxy";
import type { Served } from "@mcp-ops/proxy/serve";
import { InvalidArgumentError, Option } from "commander";
import { commandWords } from "../command-words.ts";
import { usageError } from "../complaint.ts";
import { addExamples } from "../help.ts";
import { addSignalOptions, type SignalFlags, signalOptions } from "../signal-options.ts";
import { openSpans } from "../spans.ts";
import type { Terminal, Verb } from "../verb.ts";

interface Address {
  readonly host?: string;
  readonly port: number;
}

interface Flags extends SignalFlags {
  readonly stdio?: string;
  readonly listen: Address;
  readonly path: string;
  readonly host?: readonly string[];
  readonly shared?: boolean;
  readonly maxSessions: number;
  readonly idle: number;
  readonly json?: boolean;
}

const DEFAULT_ADDRESS: Address = { host: "127.0.0.1", port: 8000 };

/** `mcp-ops serve`: a stdio server over Streamable HTTP. */
export const serve: Verb = (program, terminal) => {
  const verb = addSignalOptions(
    program
      .command("serve")
      .description("Offer a stdio server over Streamable HTTP, watched.")
      .argument("[command...]", "the server, after --")
      .option("--stdio <command>", "the server as one line, quoted as for a shell; nothing is expanded")
      .addOption(
        new Option("--listen <where>", "a port, or host:port; port 0 takes a free one")
          .argParser(address)
          .default(DEFAULT_ADDRESS, "127.0.0.1:8000"),
      )
      .option("--path <path>", "path of the endpoint", path, DEFAULT_SERVE_PATH)
      .option(
        "--host <name>",
        "name that Host and Origin may have besides the loopback names; may be repeated",
        several,
      )
      .option("--shared", "one server for all sessions (default: one for each)")
      .option("--max-sessions <count>", "sessions open at once", whole, DEFAULT_MAX_SESSIONS)
      .option("--idle <seconds>", "end a session after so long without a request", whole, DEFAULT_IDLE_MS / 1000),
  ).action(async (command: readonly string[], flags: Flags) => run(serverOf(command, flags), flags, terminal));
  addExamples(
    verb,
    [
      ['mcp-ops serve --stdio "npx -y @modelcontextprotocol/server-memory"', "at http://127.0.0.1:8000/mcp"],
      ["mcp-ops serve --listen 0.0.0.0:8000 --host tools.example.com -- node server.js", "for other machines"],
    ],
    "Whoever reaches the port may use the server: put what authorises in front of any address but the loopback one.",
  );
};

function serverOf(command: readonly string[], { stdio }: Flags): readonly string[] {
  const words = stdio === undefined ? command : commandWords(stdio);
  if ((stdio === undefined) !== (command.length === 0) && words.length > 0) return words;
  throw usageError('Which server? Give it once: --stdio "command arguments", or the command after --.');
}

async function run(command: readonly string[], flags: Flags, terminal: Terminal): Promise<void> {
  const options = signalOptions(flags, process.env, nameOf(command), terminal);
  await using _spans = await openSpans(flags, process.env, options);
  await using signals = await openSignals(options);
  const { pipeline } = signals;
  const { listen, path, host: allowedHosts, shared, maxSessions, idle } = flags;
  const { openServe } = await import("@mcp-ops/proxy/serve");
  await using served = await openServe({
    ...listen,
    command,
    pipeline,
    path,
    shared,
    maxSessions,
    allowedHosts,
    idleMs: idle * 1000,
    role: signals.role,
    onWarning: options.onWarning,
  });
  tell(served, signals.endpoint, flags, terminal);
  await toldToEnd();
}

function tell({ url }: Served, ops: string | undefined, { json }: Flags, terminal: Terminal): void {
  if (json === true) return terminal.out(JSON.stringify({ url, ops }));
  terminal.out(`Serving at ${url}`);
  if (ops !== undefined) terminal.err(`mcp-ops: metrics and health at ${ops}`);
}

function toldToEnd(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
}

/** Of `npx -y @scope/server-memory@1 /data`, `server-memory`: the first word that looks like one. */
function nameOf([program = "", ...args]: readonly string[]): string {
  const isRunner = /^(?:npx|node|bunx?|deno|uvx?|python3?|pnpm|yarn|sh|env)$/.test(base(program));
  const named = isRunner ? args.find((word) => !word.startsWith("-") && /^[\w@./\\:-]+$/.test(word)) : undefined;
  return base(named ?? program).replace(/@[^@]*$/, "") || "mcp-server";
}

function base(word: string): string {
  return word.split(/[/\\]/).at(-1) as string;
}

function address(given: string): Address {
  const match = /^(?:(?<host>\[[^\]]+\]|[^:/\s]+):)?(?<port>\d{1,5})$/.exec(given)?.groups;
  const port = Number(match?.port);
  if (match === undefined || port > 65_535) throw new InvalidArgumentError("Give a port, or host:port.");
  return { ...DEFAULT_ADDRESS, port, ...(match.host !== undefined && { host: match.host.replace(/^\[|\]$/g, "") }) };
}

function path(given: string): string {
  if (given.startsWith("/") && !/[?#\s]/.test(given)) return given;
  throw new InvalidArgumentError("Give a path such as /mcp.");
}

function several(given: string, before: readonly string[] = []): readonly string[] {
  return [...before, given];
}

function whole(given: string): number {
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw new InvalidArgumentError("Give a whole number above 0.");
}
