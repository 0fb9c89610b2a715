import { OpsError } from "@mcp-ops/formats";
import { type Command, CommanderError } from "commander";
import { EXIT } from "./exit-codes.ts";
import type { Terminal } from "./verb.ts";

/** Code of an error in the command line. */
const CLI_USAGE = "CLI_USAGE";
const CLI_FAULT = "CLI_FAULT";
const OUR_FAULT = "This is a fault of mcp-ops itself. Please report it.";

/** An error as it is read aloud. */
interface Complaint {
  readonly code: string;
  readonly message: string;
  readonly exitCode: number;
}

interface Asked {
  /** The verb that was asked, as far as it was understood. */
  readonly by: Command;
  readonly json: boolean;
}

/** Says what went wrong, for people or as one line of JSON. Gives the exit code. */
export function complain(error: unknown, terminal: Terminal, asked: Asked): number {
  // `--help` and `--version` end this way too, and a verb without its second word has shown its help instead.
  if (error instanceof CommanderError && (error.exitCode === 0 || error.code === "commander.help")) {
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  const complaint = complaintOf(error, asked.by);
  terminal.err(asked.json ? JSON.stringify({ error: complaint }) : `mcp-ops: ${complaint.message}`);
  return complaint.exitCode;
}

function complaintOf(error: unknown, by: Command): Complaint {
  if (error instanceof CommanderError) return { code: CLI_USAGE, message: spoken(error, by), exitCode: EXIT.usage };
  const { code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { code: "", message: String(error) };
  if (code === CLI_USAGE) return { code, message: `${message} ${seeHelp(by)}`, exitCode: EXIT.usage };
  if (error instanceof OpsError) return { code: error.code, message, exitCode: EXIT.failed };
  // What the system refuses (no such file, no right to it) it says itself.
  if (code && "syscall" in (error as Error)) return { code, message: `${message}.`, exitCode: EXIT.failed };
  return { code: CLI_FAULT, message: `${message}\n${OUR_FAULT}`, exitCode: EXIT.failed };
}

/** commander says "error: unknown option '--jsn'\n(Did you mean --json?)". */
function spoken({ message }: CommanderError, by: Command): string {
  const [what = "", ...more] = message.replace(/^error: /, "").split("\n");
  const hint = more.join(" ").replace(/^\((.*)\)$/, "$1 ");
  const sentence = `${what.charAt(0).toUpperCase()}${what.slice(1)}`.replace(/\.?$/, ".");
  return `${sentence} ${hint}${seeHelp(by)}`;
}

function seeHelp(command: Command): string {
  return `See: ${pathOf(command)} --help`;
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** For a mistake in the command line that commander cannot know of. */
export function usageError(message: string): OpsError {
  return new OpsError(CLI_USAGE, message);
}
