import { listBackups, planRetention, type RetentionPlan, removeBackup } from "@mcp-ops/backup";
import { retentionOf } from "@mcp-ops/sidecar";
import { EXIT } from "../../exit-codes.ts";
import { addExamples } from "../../help.ts";
import { textTable } from "../../text-table.ts";
import type { Terminal, Verb } from "../../verb.ts";
import { addSetOptions, type ChosenSet, chosenSets, type SetFlags } from "./sets.ts";

interface Flags extends SetFlags {
  readonly dryRun?: boolean;
}

export const addPrune: Verb = (group, terminal, end) => {
  const verb = group
    .command("prune")
    .description("Remove the backups that no rule of retention keeps, and say why each of the others stays.")
    .argument("[set]", "its name (default: every set)")
    .option("--dry-run", "show what would go, and remove nothing")
    .action(async (name: string | undefined, flags: Flags) => {
      let isAlarmed = false;
      for (const chosen of await chosenSets(name, flags)) {
        const plan = await pruned(chosen, flags.dryRun === true);
        tell(chosen.name, plan, flags, terminal);
        isAlarmed ||= plan.alarms.length > 0;
      }
      end(isAlarmed ? EXIT.alarm : EXIT.ok);
    });
  addExamples(
    addSetOptions(verb),
    [["mcp-ops backup prune --dry-run", "what would go, and why the others stay"]],
    "The newest good backup that was verified stays, whatever the rules say. Ends with 3 when somebody should look: a backup\n" +
      "from the future, or none that is good.",
  );
};

async function pruned({ name, store, settings }: ChosenSet, isDryRun: boolean): Promise<RetentionPlan> {
  const backups = (await listBackups(store, name)).map(({ ref, atMs, result, verifiedAtMs }) => ({
    id: ref.id,
    at: atMs,
    result,
    verified: verifiedAtMs === undefined ? undefined : true,
  }));
  const plan = planRetention(backups, retentionOf(settings), Date.now());
  if (!isDryRun) for (const id of plan.remove) await removeBackup(store, { set: name, id }, NO_RULE);
  return plan;
}

const NO_RULE = "prune: no rule of retention keeps it";

function tell(set: string, { keep, remove, alarms }: RetentionPlan, flags: Flags, terminal: Terminal): void {
  const isDryRun = flags.dryRun === true;
  if (flags.json === true) return terminal.out(JSON.stringify({ set, isDryRun, keep, remove, alarms }));
  const rows = [
    ...keep.map(({ id, reasons }) => [id, "stays", reasons.join(", ")]),
    ...remove.map((id) => [id, isDryRun ? "would go" : "removed", "no rule keeps it"]),
  ].sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
  terminal.out(rows.length === 0 ? `${set}: no backup` : `${set}:\n${textTable(COLUMNS, rows)}`);
  for (const { message } of alarms) terminal.err(`${set}: ${message}`);
}

const COLUMNS = [{ title: "backup" }, { title: "" }, { title: "why" }];
