import { resolve } from "node:path";
import { type BackupRef, type Change, extractBackup, type RestoreReport, restoreBackup } from "@mcp-ops/backup";
import { restoreCommand, runProbe } from "@mcp-ops/sidecar";
import { calledOff } from "../../called-off.ts";
import { usageError } from "../../complaint.ts";
import { canAsk, confirm } from "../../confirm.ts";
import { counted } from "../../counted.ts";
import { EXIT } from "../../exit-codes.ts";
import { addExamples } from "../../help.ts";
import { printable } from "../../printable.ts";
import { progressBar } from "../../progress-bar.ts";
import type { Terminal, Verb } from "../../verb.ts";
import { addIdentityOption, type IdentityFlags, identitiesOf } from "./identities.ts";
import { addSetOptions, type ChosenSet, chosenSet, type SetFlags } from "./sets.ts";
import { backupNamed, LATEST_GOOD, setAndBackups, whereFlags } from "./which.ts";

interface Flags extends SetFlags, IdentityFlags {
  readonly dryRun?: boolean;
  readonly target?: string;
  readonly yes?: boolean;
}

export const addRestore: Verb = (group, terminal, end) => {
  const verb = group
    .command("restore")
    .description("Make a set what it was. Shows what changes and asks; what is there is saved first, in a safety copy.")
    .argument("[set]", "its name; may be left out when there is only one")
    .argument("[backup]", `its id, or ${LATEST_GOOD} (default)`)
    .option("--dry-run", "show what would change, and change nothing")
    .option("--target <folder>", "take everything out into this new folder instead, databases too")
    .option("-y, --yes", "do not ask")
    .action(async (set: string | undefined, backup: string | undefined, flags: Flags) => {
      const { name, backups } = setAndBackups(set, backup);
      if (backups.length > 1) throw usageError("One backup can be restored, not two.");
      if (flags.target !== undefined && flags.dryRun === true) {
        throw usageError("--target changes nothing that is there, so --dry-run has nothing to say. Leave one out.");
      }
      const chosen = await chosenSet(name, flags);
      const ref = await backupNamed(chosen, backups[0]);
      if (flags.target === undefined) end(await restoreInPlace(chosen, ref, flags, terminal));
      else await takeOut(chosen, ref, resolve(flags.target), flags, terminal);
    });
  addExamples(
    addIdentityOption(addSetOptions(verb)),
    [
      ["mcp-ops backup restore desktop --dry-run", "what would the last good backup change?"],
      ["mcp-ops backup restore desktop --yes", "put it back, without being asked"],
      ["mcp-ops backup restore desktop 20261121T061904123Z-0a1b2c --target /tmp/look", "look at an older one"],
    ],
    "A file is never half written. If the command is killed, the next one on the set puts back what was there.",
  );
};

async function restoreInPlace(chosen: ChosenSet, ref: BackupRef, flags: Flags, terminal: Terminal): Promise<number> {
  const plan = await restoreBackup(chosen.store, chosen.restorable, ref, { dryRun: true });
  const isOver = flags.dryRun === true || plan.changes.length === 0;
  if (flags.json !== true) terminal.out(planText(plan));
  if (!isOver && !(await isWanted(flags))) {
    terminal.err("Nothing was changed.");
    return EXIT.failed;
  }
  const report = isOver ? plan : await replace(chosen, ref, flags, terminal);
  if (flags.json === true) terminal.out(JSON.stringify(told(report, flags.dryRun === true)));
  else if (!isOver) terminal.out(doneText(report, flags));
  return EXIT.ok;
}

async function isWanted({ yes, json }: Flags): Promise<boolean> {
  if (yes === true) return true;
  if (json === true || !canAsk()) {
    throw usageError("A restore replaces files, and there is nobody to ask. Look at --dry-run, then give --yes.");
  }
  return confirm("Restore it?");
}

/** Killed halfway, the set would be a mix until the next command. So, when files are replaced already, Ctrl-C has to wait, for moments. */
async function replace(
  { name, store, restorable, settings: { probe }, place }: ChosenSet,
  ref: BackupRef,
  flags: Flags,
  terminal: Terminal,
): Promise<RestoreReport> {
  const stop = new AbortController();
  const wait = () => {
    stop.abort();
    terminal.err("It is stopped if nothing was replaced yet; else it is brought to its end, in a moment.");
  };
  process.on("SIGINT", wait).on("SIGTERM", wait);
  using bar = progressBar(name, terminal, flags.json);
  try {
    return await restoreBackup(store, restorable, ref, {
      identities: identitiesOf(flags),
      onProgress: bar.onProgress,
      signal: stop.signal,
      ...(probe !== undefined && { probe: () => runProbe(probe, place) }),
    });
  } finally {
    process.off("SIGINT", wait).off("SIGTERM", wait);
  }
}

async function takeOut(
  { name, store, restorable }: ChosenSet,
  ref: BackupRef,
  target: string,
  flags: Flags,
  terminal: Terminal,
): Promise<void> {
  using stop = calledOff();
  using bar = progressBar(name, terminal, flags.json);
  const options = { identities: identitiesOf(flags), onProgress: bar.onProgress, signal: stop.signal };
  const { totals } = await extractBackup(store, restorable, ref, target, options);
  bar[Symbol.dispose]();
  if (flags.json === true) terminal.out(JSON.stringify({ set: name, backup: ref.id, target, files: totals.files }));
  else
    terminal.out(
      `${counted(totals.files, "file")} of ${name}/${ref.id} now in ${target}. What was there before is as it was.`,
    );
}

function told({ ref, changes, safety, notes }: RestoreReport, isDryRun: boolean) {
  return { set: ref.set, backup: ref.id, isDryRun, changes, safety: safety ?? null, notes };
}

/** More than a person reads before saying yes. */
const MAX_LINES = 50;

function planText({ ref, changes, notes }: RestoreReport): string {
  const what = `${ref.set}/${ref.id}`;
  if (changes.length === 0) {
    return [`Everything is as it is in ${what}: there is nothing to change.`, ...notes.map(printable)].join("\n");
  }
  const lines = changes.slice(0, MAX_LINES).map(changeText);
  const more = changes.length > MAX_LINES ? [`… and ${changes.length - MAX_LINES} more; --json lists them all`] : [];
  return [`To make the set what it was in ${what}:`, ...lines, ...more, ...notes.map(printable)].join("\n");
}

function changeText({ path, change }: Change): string {
  return printable(`  ${change.padEnd(7)}  ${path}`);
}

function doneText({ ref, changes, safety }: RestoreReport, flags: Flags): string {
  const done = `Restored: ${ref.set} is as it was in ${ref.id}, by ${counted(changes.length, "change")}.`;
  if (safety === undefined) return done;
  return `${done}
What was there before is kept as ${safety.set}/${safety.id}. To have it back:
  ${restoreCommand(safety, whereFlags(flags))}`;
}
