import { lastGoodBackup, listBackups, removeBackup, verifySet } from "@mcp-ops/backup";
import { usageError } from "../../complaint.ts";
import { canAsk, confirm } from "../../confirm.ts";
import { EXIT } from "../../exit-codes.ts";
import { addExamples } from "../../help.ts";
import { printable } from "../../printable.ts";
import type { Verb } from "../../verb.ts";
import { addSetOptions, type ChosenSet, chosenSet, type SetFlags } from "./sets.ts";

interface Flags extends SetFlags {
  readonly reason: string;
  readonly yes?: boolean;
}

export const addRemove: Verb = (group, terminal, end) => {
  const verb = group
    .command("remove")
    .description(
      "Remove one backup for a reason; of one that is lost, accept that it is gone, so that nobody is told any more.",
    )
    .argument("<set>", "its name")
    .argument("<backup>", "its id")
    .requiredOption("--reason <text>", "why, for the history of the set")
    .option("-y, --yes", "do not ask")
    .action(async (set: string, id: string, flags: Flags) => {
      const chosen = await chosenSet(set, flags);
      await assertRemovable(chosen, id);
      if (!(await isWanted(id, flags))) {
        terminal.err("Nothing was removed.");
        return end(EXIT.failed);
      }
      await removeBackup(chosen.store, { set, id }, `by hand: ${flags.reason}`);
      terminal.out(flags.json ? JSON.stringify({ set, backup: id }) : `Removed: ${set}/${id}. The history says why.`);
    });
  addExamples(addSetOptions(verb), [
    ['mcp-ops backup remove desktop 20261121T061904123Z-0a1b2c --reason "damaged disk"', "one that cannot be read"],
  ]);
};

async function assertRemovable({ name, store }: ChosenSet, id: string): Promise<void> {
  const isThere = (await listBackups(store, name)).some(({ ref }) => ref.id === id);
  if (!isThere && !(await isLost({ name, store }, id)))
    throw usageError(`${name} has no backup ${printable(id)}. See: mcp-ops backup list ${name}`);
  if ((await lastGoodBackup(store, name))?.id === id)
    throw usageError(
      `${id} is the newest good backup of ${name}, and what it would be put back from. Make a newer one first: mcp-ops backup create ${name}`,
    );
}

async function isLost({ name, store }: Pick<ChosenSet, "name" | "store">, id: string): Promise<boolean> {
  const { history } = await verifySet(store, name);
  return history.some(({ kind, what }) => kind === "lost" && what === id);
}

async function isWanted(id: string, { yes, json }: Flags): Promise<boolean> {
  if (yes === true) return true;
  if (json === true || !canAsk())
    throw usageError("What is removed does not come back, and there is nobody to ask. Give --yes.");
  return confirm(`Remove ${id}?`);
}
