import { type DatabaseDrill, drill } from "@mcp-ops/backup";
import { dumpDrillsOf, runProbe } from "@mcp-ops/sidecar";
import { calledOff } from "../../called-off.ts";
import { usageError } from "../../complaint.ts";
import { counted } from "../../counted.ts";
import { addExamples } from "../../help.ts";
import { printable } from "../../printable.ts";
import { progressBar } from "../../progress-bar.ts";
import { sizeText } from "../../size-text.ts";
import type { Verb } from "../../verb.ts";
import { addIdentityOption, type IdentityFlags, identitiesOf } from "./identities.ts";
import { addSetOptions, chosenSet, type SetFlags } from "./sets.ts";
import { backupNamed, LATEST_GOOD, setAndBackups } from "./which.ts";

type Flags = SetFlags & IdentityFlags;

export const addDrill: Verb = (group, terminal) => {
  const verb = group
    .command("drill")
    .description(
      "Restore a backup to a scratch folder and its databases to scratch databases, compare, ask the set's probe, clean up.",
    )
    .argument("[set]", "its name; may be left out when there is only one")
    .argument("[backup]", `its id, or ${LATEST_GOOD} (default)`)
    .action(async (set: string | undefined, backup: string | undefined, flags: Flags) => {
      const { name, backups } = setAndBackups(set, backup);
      if (backups.length > 1) throw usageError("One backup can be drilled, not two.");
      const { store, restorable, settings, place, ...chosen } = await chosenSet(name, flags);
      const ref = await backupNamed({ store, restorable, settings, place, ...chosen }, backups[0]);
      const { probe } = settings;
      // What it takes out is what a config holds in secret: it must not stay behind.
      using stop = calledOff();
      using bar = progressBar(chosen.name, terminal, flags.json);
      const { signal } = stop;
      const { manifest, databases } = await drill(store, restorable, ref, {
        identities: identitiesOf(flags),
        onProgress: bar.onProgress,
        signal,
        databases: dumpDrillsOf(restorable.name, settings, place),
        ...(probe !== undefined && { probe: (restored: string) => runProbe(probe, place, { restored, signal }) }),
      });
      bar[Symbol.dispose]();
      const { files, bytes } = manifest.totals;
      const report = { set: ref.set, backup: ref.id, files, bytes, databases, isProbed: probe !== undefined };
      terminal.out(flags.json === true ? JSON.stringify(report) : drillText(report));
    });
  addExamples(
    addIdentityOption(addSetOptions(verb)),
    [["mcp-ops backup drill desktop", "can the last good backup be restored?"]],
    "Ends with 0 when it can, else with 1 and the reason.",
  );
};

interface DrillReport {
  readonly set: string;
  readonly backup: string;
  readonly files: number;
  readonly bytes: number;
  readonly databases: readonly DatabaseDrill[];
  readonly isProbed: boolean;
}

function drillText({ set, backup, files, bytes, databases, isProbed }: DrillReport): string {
  const probe = isProbed ? "the probe says that it works" : "no probe is configured to try it";
  const said = `${set}/${backup} can be restored: ${counted(files, "file")}, ${sizeText(bytes)}, each as it was saved; ${probe}.`;
  return [said, ...databases.map((one) => printable(databaseText(one)))].join("\n");
}

function databaseText({ name, isRestored, reason, tables }: DatabaseDrill): string {
  if (!isRestored) return `  The database ${name} was not drilled: ${reason}.`;
  if (tables === undefined) return `  The database ${name} was restored, says the program that did it.`;
  const rows = tables.reduce((sum, each) => sum + each.rows, 0);
  return `  The database ${name} was restored: ${counted(tables.length, "table")}, ${counted(rows, "row")}.`;
}
