import { type AuditLine, type AuditPlace, followAudit, lastRecords } from "@mcp-ops/audit";
import { InvalidArgumentError } from "commander";
import { addExamples } from "../../help.ts";
import type { Verb } from "../../verb.ts";
import { folderOf } from "./place.ts";
import { recordText } from "./record-text.ts";

interface Flags {
  readonly lines: number;
  readonly follow?: boolean;
  readonly server?: string;
  readonly json?: boolean;
}

const DEFAULT_LINES = 10;

export const addTail: Verb = (group, terminal) => {
  const verb = group
    .command("tail")
    .description(
      "Print the newest records, over rotated and packed files; --json prints them as they stand in the log.",
    )
    .argument("[folder]", "folder of the log (default: MCP_OPS_AUDIT_FOLDER)")
    .option("-n, --lines <count>", "how many records", count, DEFAULT_LINES)
    .option("-f, --follow", "go on with the records that come")
    .option("--server <name>", "only the log of this server")
    .action(async (folder: string | undefined, flags: Flags) => {
      const place = { folder: folderOf(folder), server: flags.server };
      const print = (line: AuditLine) => terminal.out(flags.json === true ? line.line : recordText(line));
      if (flags.follow === true) await follow(place, flags.lines, print);
      else for (const line of await lastRecords(place, flags.lines)) print(line);
    });
  addExamples(verb, [
    ["mcp-ops audit tail -n 50", "the last fifty records"],
    ["mcp-ops audit tail --follow --json | jq 'select(.outcome == \"denied\")'", "every refusal, as it happens"],
  ]);
};

function count(given: string): number {
  if (/^\d{1,7}$/.test(given)) return Number(given);
  throw new InvalidArgumentError("Give a number of records.");
}

/** Until Ctrl-C, or until nobody reads any more. */
async function follow(place: AuditPlace, lines: number, print: (line: AuditLine) => void): Promise<void> {
  const stop = new AbortController();
  const end = () => stop.abort();
  process.once("SIGINT", end).once("SIGTERM", end);
  process.stdout.once("error", end);
  try {
    for await (const line of followAudit(place, lines, stop.signal)) print(line);
  } finally {
    process.off("SIGINT", end).off("SIGTERM", end);
    process.stdout.off("error", end);
  }
}
