import { type BackupReport, createBackup, recoverRestore } from "@mcp-ops/backup";
import { OpsError } from "@mcp-ops/formats";
import { calledOff } from "../../called-off.ts";
import { usageError } from "../../complaint.ts";
import { EXIT } from "../../exit-codes.ts";
import { addExamples } from "../../help.ts";
import { printable } from "../../printable.ts";
import { progressBar } from "../../progress-bar.ts";
import { sizeText } from "../../size-text.ts";
import { textTable } from "../../text-table.ts";
import type { Terminal, Verb } from "../../verb.ts";
import { addSetOptions, type ChosenSet, chosenSets, type SetFlags } from "./sets.ts";

export const addCreate: Verb = (group, terminal, end) => {
  const verb = group
    .command("create")
    .description("Make a backup of a set, or of every set, and read it again before it counts.")
    .argument("[set]", "its name (default: every set)")
    .action(async (name: string | undefined, flags: SetFlags) => {
      const outcomes = await createAll(await chosenSets(name, flags), flags, terminal);
      if (flags.json === true) for (const outcome of outcomes) terminal.out(JSON.stringify(outcome));
      else terminal.out(outcomesText(outcomes));
      end(endOf(outcomes));
    });
  addExamples(
    addSetOptions(verb),
    [
      ["mcp-ops backup create", "every set of mcp-ops.yaml"],
      [
        "mcp-ops backup create --set-path ~/.claude.json ~/.cursor/mcp.json --folder ~/backups",
        "some files, without a config",
      ],
    ],
    "Ends with 0 when every backup is complete, 3 when one is partial (something optional is missing, or a file could not be\n" +
      "saved as it was), 1 when one failed: then there is no new backup of that set.",
  );
};

/** What `--json` prints of each set. */
export interface CreateOutcome {
  readonly set: string;
  readonly result: BackupReport["result"];
  readonly backup: string | undefined;
  readonly files: number;
  readonly bytes: number;
  readonly archiveBytes: number;
  readonly durationMs: number;
  readonly problems: BackupReport["problems"];
  readonly error?: { readonly code: string; readonly message: string };
}

async function createAll(sets: readonly ChosenSet[], { json }: SetFlags, terminal: Terminal): Promise<CreateOutcome[]> {
  const copies = sets.find(({ name, set }) => name !== set.name);
  if (copies !== undefined) {
    throw usageError(`${copies.name} holds what restores have replaced; only they add to it. Save ${copies.set.name}.`);
  }
  using stop = calledOff();
  const outcomes: CreateOutcome[] = [];
  for (const chosen of sets) {
    using bar = progressBar(chosen.name, terminal, json);
    outcomes.push(await createOne(chosen, { signal: stop.signal, onProgress: bar.onProgress }));
  }
  return outcomes;
}

/** A set that cannot be saved is no reason not to save the others. */
export async function createOne(
  { store, set, restorable }: ChosenSet,
  options: Parameters<typeof createBackup>[2],
): Promise<CreateOutcome> {
  try {
    // It may have been killed before a config that is gone now was back in its place, which only this set knows.
    await recoverRestore(store, restorable);
    return outcomeOf(set.name, await createBackup(store, set, options));
  } catch (error) {
    if (!(error instanceof OpsError) || error.code === "BACKUP_ABORTED") throw error;
    const { code, message } = error;
    const nothing = { backup: undefined, files: 0, bytes: 0, archiveBytes: 0, durationMs: 0, problems: [] };
    return { set: set.name, result: "failed", ...nothing, error: { code, message } };
  }
}

function outcomeOf(set: string, { result, ref, manifest, problems, durationMs }: BackupReport): CreateOutcome {
  const { files = 0, bytes = 0 } = manifest?.totals ?? {};
  const archiveBytes = manifest?.archive.bytes ?? 0;
  return { set, result, backup: ref?.id, files, bytes, archiveBytes, durationMs: Math.round(durationMs), problems };
}

function endOf(outcomes: readonly CreateOutcome[]): number {
  if (outcomes.some(({ result }) => result === "failed")) return EXIT.failed;
  return outcomes.some(({ result }) => result === "partial") ? EXIT.alarm : EXIT.ok;
}

const COLUMNS = [
  { title: "set" },
  { title: "result" },
  { title: "files", right: true },
  { title: "size", right: true },
  { title: "stored", right: true },
  { title: "took", right: true },
  { title: "backup" },
];

function outcomesText(outcomes: readonly CreateOutcome[]): string {
  const rows = outcomes.map(({ set, result, backup, files, bytes, archiveBytes, durationMs }) =>
    backup === undefined
      ? [set, result, "", "", "", "", "no new backup; those before are as they were"]
      : [
          set,
          result,
          `${files}`,
          sizeText(bytes),
          sizeText(archiveBytes),
          `${(durationMs / 1000).toFixed(1)} s`,
          backup,
        ],
  );
  return [textTable(COLUMNS, rows), ...outcomes.flatMap(problemsText)].join("\n");
}

/** What a person has to look at, one line each. */
export function problemsText({ set, problems, error }: CreateOutcome): readonly string[] {
  const lines = problems.map(({ what, status, reason }) => printable(`${set}: ${what} is ${status}: ${reason}`));
  return error === undefined ? lines : [...lines, `${set}: ${error.message}`];
}
