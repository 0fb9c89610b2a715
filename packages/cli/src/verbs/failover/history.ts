import { InvalidArgumentError } from "commander";
import { type AskingFlags, addAskingOptions, clientOf, granted } from "../../asking.ts";
import { addExamples } from "../../help.ts";
import { textTable } from "../../text-table.ts";
import type { Verb } from "../../verb.ts";

interface Flags extends AskingFlags {
  readonly lines: number;
}

interface Transition {
  readonly at: string;
  readonly from: string;
  readonly to: string;
  readonly why: string;
  readonly token: string;
  readonly by?: string;
  readonly text: string;
}

const DEFAULT_LINES = 20;

export const addHistory: Verb = (group, terminal) => {
  const verb = group
    .command("history")
    .description("Show what happened to the node of this machine, the newest last; --json prints one per line.")
    .option("-n, --lines <count>", "how many, at most 1000", count, DEFAULT_LINES)
    .action(async (flags: Flags) => {
      const { transitions } = granted(await clientOf(flags).ask("GET", `/failover/history?count=${flags.lines}`)) as {
        readonly transitions: readonly Transition[];
      };
      if (!flags.json) return terminal.out(historyText(transitions));
      for (const transition of transitions) terminal.out(JSON.stringify(transition));
    });
  addExamples(addAskingOptions(verb), [
    ["mcp-ops failover history -n 5", "the last five"],
    ["mcp-ops failover history --json | jq 'select(.to == \"leading\")'", "each time this node began to lead"],
  ]);
};

function count(given: string): number {
  if (/^[1-9]\d{0,3}$/.test(given)) return Number(given);
  throw new InvalidArgumentError("Give a number of transitions.");
}

const COLUMNS = [
  { title: "time (UTC)" },
  { title: "from" },
  { title: "to" },
  { title: "why" },
  { title: "token", right: true },
  { title: "by" },
  { title: "what happened" },
];

function historyText(transitions: readonly Transition[]): string {
  const rows = transitions.map(({ at, from, to, why, token, by = "", text }) => {
    return [at.slice(0, 23).replace("T", " "), from, to, why, token, by, text];
  });
  return rows.length === 0 ? "Nothing has happened yet." : textTable(COLUMNS, rows);
}
