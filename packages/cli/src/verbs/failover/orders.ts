import type { Command } from "commander";
import { type AskingFlags, addAskingOptions, clientOf, granted, whoAsks } from "../../asking.ts";
import { addExamples, type Example } from "../../help.ts";
import { printable } from "../../printable.ts";
import type { Terminal, Verb } from "../../verb.ts";

interface Flags extends AskingFlags {
  readonly dryRun?: boolean;
}

interface SwitchoverFlags extends Flags {
  readonly leader?: string;
  readonly candidate?: string;
  readonly at?: string;
  readonly cancel?: boolean;
}

interface FailoverOrderFlags extends Flags {
  readonly candidate: string;
  readonly force?: boolean;
}

interface PauseFlags extends Flags {
  readonly alone?: boolean;
}

/** The verbs that change something. */
export const addOrders: Verb = (group, terminal) => {
  addSwitchover(group, terminal);
  addFailover(group, terminal);
  addPause(group, terminal, "pause", "Stop deciding: nobody takes over, and a primary stays one.");
  addPause(group, terminal, "resume", "Decide again.");
  addRaiseFloor(group, terminal);
};

function addSwitchover(group: Command, terminal: Terminal): void {
  const verb = group
    .command("switchover")
    .description("Hand the lead over while all is well: calls in flight end, then another node leads.")
    .option("--leader <node>", "who leads now; another one: nothing is done (default: who leads)")
    .option("--candidate <node>", "who shall lead (default: the first that can)")
    .option("--at <time>", "not now, but at this time, such as 2026-11-21T03:00:00Z")
    .option("--cancel", "call off the one that is planned")
    .action(async ({ leader, candidate, at, cancel, ...flags }: SwitchoverFlags) => {
      if (cancel) return order(flags, terminal, "DELETE", "/switchover", {});
      const wish = { leader: leader ?? (await whoLeads(flags)), candidate, at };
      return order(flags, terminal, "POST", "/switchover", wish);
    });
  finish(verb, [
    ["mcp-ops failover switchover --candidate b --dry-run", "could b take over?"],
    ["mcp-ops failover switchover --candidate b --at 2026-11-21T03:00:00Z", "tonight"],
  ]);
}

function addFailover(group: Command, terminal: Terminal): void {
  const verb = group
    .command("failover")
    .description("Let a node lead whose primary is gone. Nothing is taken from a primary that is there.")
    .requiredOption("--candidate <node>", "who shall lead")
    .option("--force", "even if its data are older than failover.maxSyncLagMs")
    .action(({ candidate, force = false, ...flags }: FailoverOrderFlags) =>
      order(flags, terminal, "POST", "/failover", { candidate, force }),
    );
  finish(verb, [["mcp-ops failover failover --candidate b --force", "b leads with what it has"]]);
}

function addPause(group: Command, terminal: Terminal, name: "pause" | "resume", about: string): void {
  const verb = group
    .command(name)
    .description(about)
    .option("--alone", "this node only, and not the others of the group")
    .action(({ alone = false, ...flags }: PauseFlags) =>
      order(flags, terminal, name === "pause" ? "POST" : "DELETE", "/pause", { alone }),
    );
  finish(verb, [[`mcp-ops failover ${name}`, "the whole group, as far as it is reached"]]);
}

function addRaiseFloor(group: Command, terminal: Terminal): void {
  const verb = group
    .command("raise-floor")
    .description("Have the store give larger tokens than any before: after it was restored from a backup, or replaced.")
    .action((flags: Flags) => order(flags, terminal, "POST", "/floor", {}));
  finish(verb, [["mcp-ops failover raise-floor", "on the node that has seen the highest token"]]);
}

function finish(verb: Command, examples: readonly Example[]): void {
  addExamples(addAskingOptions(verb).option("--dry-run", "say what would happen, and change nothing"), examples);
}

async function whoLeads(flags: AskingFlags): Promise<string | undefined> {
  const { primary } = granted(await clientOf(flags).ask("GET", "/failover")) as { primary: { node: string } | null };
  return primary?.node ?? "nobody";
}

async function order(
  flags: Flags,
  terminal: Terminal,
  method: "POST" | "DELETE",
  path: string,
  wish: object,
): Promise<void> {
  const query = flags.dryRun ? "?dryRun=1" : "";
  const answer = await clientOf(flags).ask(method, `/failover${path}${query}`, {
    ...wish,
    by: whoAsks(),
  });
  const body = granted(answer);
  const text = flags.dryRun ? possibleText : doneText;
  terminal.out(flags.json ? JSON.stringify(body) : text(answer.status, body));
}

/** Of a dry run nothing may read as if it were done. */
function possibleText(_: number, { above }: Readonly<Record<string, unknown>>): string {
  const would = "This would be done. Nothing was changed.";
  return above === undefined ? would : `${would} Tokens would be larger than ${printable(String(above))}.`;
}

function doneText(status: number, body: Readonly<Record<string, unknown>>): string {
  const {
    text,
    primary,
    scheduled,
    deleted,
    told = {},
    paused,
    incarnation,
  } = body as {
    text?: string;
    primary?: { node: string } | null;
    scheduled?: { at: string };
    deleted?: { at: string };
    told?: Record<string, string>;
    paused?: boolean;
    incarnation?: number;
  };
  const lines = [
    text,
    scheduled && `Planned for ${scheduled.at}.`,
    deleted && `The switchover of ${deleted.at} is called off.`,
    paused === undefined ? undefined : `This node ${paused ? "is paused" : "decides"}.`,
    incarnation === undefined ? undefined : `The store gives tokens of its incarnation ${incarnation} from now on.`,
    ...Object.entries(told)
      .filter(([, what]) => what !== "told")
      .map(([node, what]) => `${node}: ${what}.`),
    status === 202 && scheduled === undefined ? "It is under way: see mcp-ops failover status." : undefined,
    primary && status === 200 && text !== undefined ? `${primary.node} leads.` : undefined,
  ];
  return lines.flatMap((line) => (line ? [printable(line)] : [])).join("\n") || "Done.";
}
