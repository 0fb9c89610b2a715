import { OpsError } from "@mcp-ops/formats";
import { type AskingFlags, addAskingOptions, clientOf } from "../../asking.ts";
import { calledOff } from "../../called-off.ts";
import { usageError } from "../../complaint.ts";
import { canAsk, confirm } from "../../confirm.ts";
import { EXIT } from "../../exit-codes.ts";
import { addExamples } from "../../help.ts";
import type { Terminal, Verb } from "../../verb.ts";
import { type GroupView, groupView, leadersOf } from "./group-view.ts";
import { type HandedOver, handOver, order, untilReady } from "./hand-over.ts";
import { obstaclesOf } from "./obstacles.ts";

interface Flags extends AskingFlags {
  readonly candidate?: string;
  readonly oneWay?: boolean;
  readonly yes?: boolean;
}

interface DrillPlan {
  readonly group: string;
  readonly from: string;
  readonly to: string;
  readonly ttlMs: number;
}

export const addDrill: Verb = (group, terminal, end) => {
  const verb = group
    .command("drill")
    .description("Hand the lead over and take it back, and measure how long nobody led. Only while all nodes are well.")
    .option("--candidate <node>", "who shall lead in between (default: the first that can)")
    .option("--one-way", "leave it there")
    .option("--yes", "do it without asking")
    .action(async (flags: Flags) => end(await drill(flags, terminal)));
  addExamples(
    addAskingOptions(verb),
    [
      ["mcp-ops failover drill", "there and back"],
      ["mcp-ops failover drill --candidate b --one-way --yes --json", "before an update of the host of a"],
    ],
    "Looks from outside, again and again: the time without a leader lies between the two figures.",
  );
};

async function drill(flags: Flags, terminal: Terminal): Promise<number> {
  const client = clientOf(flags);
  const plan = planOf(await groupView(client), flags.candidate);
  const { group, from, to, ttlMs } = plan;
  await order(client, from, to, true);
  if (!(await isWanted(plan, flags))) {
    terminal.err("Nothing was done.");
    return EXIT.failed;
  }
  using stop = calledOff();
  const say = (text: string) => flags.json || terminal.out(text);
  const there = await handOver(client, from, to, ttlMs);
  say(handedText(there, "leads"));
  let back: HandedOver | undefined;
  if (!flags.oneWay) {
    await returning(to, from, () => untilReady(client, (view) => obstaclesOf(view, to, from), stop.signal));
    back = await returning(to, from, () => handOver(client, to, from, ttlMs));
    say(handedText(back, "leads again"));
  }
  if (flags.json) terminal.out(JSON.stringify({ group, there, back: back ?? null }));
  return EXIT.ok;
}

/** @throws CLI_DRILL_REFUSED when the group is not well: a drill is no repair. */
function planOf(view: GroupView, candidate: string | undefined): DrillPlan {
  const [from, ...others] = leadersOf(view);
  if (from === undefined || others.length > 0) throw refused([view.message]);
  const names = Object.keys(view.members).filter((name) => name !== from);
  const to = candidate ?? names.find((name) => obstaclesOf(view, from, name).length === 0) ?? names[0];
  if (to === undefined) throw refused(["there is no other node"]);
  const obstacles = obstaclesOf(view, from, to);
  if (obstacles.length > 0) throw refused(obstacles);
  return { group: view.group, from, to, ttlMs: view.timing.ttlMs };
}

async function isWanted({ group, from, to }: DrillPlan, { yes, json, oneWay }: Flags): Promise<boolean> {
  if (yes === true) return true;
  if (json === true || !canAsk()) {
    throw usageError("A drill hands the lead over, for real, and there is nobody to ask. Give --yes.");
  }
  return confirm(`In ${group}, hand over from ${from} to ${to}${oneWay ? "" : ", and back"}?`);
}

/** What fails on the way back leaves the candidate in the lead, and whoever reads of it has to know the way. */
async function returning<T>(leader: string, home: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code = "CLI_DRILL_FAILED", message } = cause as { code?: string; message: string };
    const way = `${leader} leads since the first half. Back by hand: mcp-ops failover switchover --candidate ${home}`;
    throw new OpsError(code, `${message} ${way}`, { cause });
  }
}

function handedText({ from, to, atLeastMs, atMostMs }: HandedOver, leads: string): string {
  return `${from} handed over, ${to} ${leads}. Nobody led for ${atLeastMs} to ${atMostMs} ms.`;
}

function refused(obstacles: readonly string[]): OpsError {
  const what = obstacles.join("; ");
  const message = `The group is not well, so nothing was done: ${what}. A drill is no repair: see mcp-ops failover status.`;
  return new OpsError("CLI_DRILL_REFUSED", message);
}
