import { OpsError } from "@mcp-ops/formats";
import { Command, CommanderError } from "commander";
import { EXIT } from "./exit-codes.ts";
import type { Terminal } from "./verb.ts";
import { VERBS } from "./verbs/index.ts";

const STREAMS: Terminal = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
};

/** Runs the command. Gives its exit code; never throws. */
export async function main(args: readonly string[], terminal: Terminal = STREAMS): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = new Command("mcp-ops")
    .description("Observe and operate any MCP server.")
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    });
  for (const add of VERBS) add(program, terminal, (code) => (exitCode = code));
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    return failed(error, terminal);
  }
}

function failed(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  terminal.err(`mcp-ops: ${error instanceof Error ? error.message : String(error)}`);
  if (!(error instanceof OpsError)) terminal.err("This is a fault of mcp-ops itself. Please report it.");
  return EXIT.failed;
}
