import { createRequire } from "node:module";
import { Command } from "commander";
import { complain } from "./complaint.ts";
import { EXIT } from "./exit-codes.ts";
import { addGeneralHelp } from "./help.ts";
import type { Terminal, Verb } from "./verb.ts";
import { VERBS } from "./verbs/index.ts";

function streams(): Terminal {
  // Whoever reads may stop at any time, as `head` does; that ends no verb, unless it says so itself.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
  };
}

/** Runs the command. Gives its exit code; never throws. */
export async function main(args: readonly string[], terminal: Terminal = streams()): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = emptyProgram(terminal);
  for (const add of await verbsFor(args)) add(program, terminal, (code) => (exitCode = code));
  for (const verb of leavesOf(program)) offerJson(verb);
  const asked = { by: verbIn(program, args), json: ownArgs(args).includes("--json") };
  program.hook("preAction", (_, verb) => void Object.assign(asked, { json: verb.opts().json === true }));
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    return complain(error, terminal, asked);
  }
}

/** The one that the arguments begin with; all, where they begin with none, so that help and complaints know them. */
function verbsFor([first = ""]: readonly string[]): Promise<readonly Verb[]> {
  const asked = Object.hasOwn(VERBS, first) ? VERBS[first] : undefined;
  const wanted = asked === undefined ? Object.values(VERBS) : [asked];
  return Promise.all(wanted.map((load) => load()));
}

function emptyProgram(terminal: Terminal): Command {
  const { version } = createRequire(import.meta.url)("../package.json") as { version: string };
  const program = new Command("mcp-ops")
    .description("Observe and operate any MCP server.")
    .version(version)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
      // Errors are said once, by complain().
      outputError: () => {},
    });
  addGeneralHelp(program);
  return program;
}

function leavesOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

function offerJson(verb: Command): void {
  if (verb.options.some(({ long }) => long === "--json")) return;
  verb.option("--json", "results on stdout and errors on stderr as JSON");
}

/** The verb that the arguments begin with, as far as there is one. */
function verbIn(program: Command, args: readonly string[]): Command {
  const next = program.commands.find((command) => command.name() === args[0]);
  return next === undefined ? program : verbIn(next, args.slice(1));
}

/** Without the command line of a server, which follows `--`. */
function ownArgs(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return end < 0 ? args : args.slice(0, end);
}
