import { type BackupInfo, type BackupStatus, backupStatus, listBackups } from "@mcp-ops/backup";
import { usageError } from "../../complaint.ts";
import { counted } from "../../counted.ts";
import { addExamples } from "../../help.ts";
import { sizeText } from "../../size-text.ts";
import { textTable } from "../../text-table.ts";
import type { Verb } from "../../verb.ts";
import { listOffsite } from "./list-offsite.ts";
import { addSetOptions, chosenSets, type SetFlags } from "./sets.ts";

interface Flags extends SetFlags {
  readonly offsite?: boolean;
}

export const addList: Verb = (group, terminal) => {
  const verb = group
    .command("list")
    .description("Show the backups there are, the newest last.")
    .argument("[set]", "its name (default: every set)")
    .option("--offsite", "what is in the set's bucket instead, and whether it may be fetched")
    .action(async (name: string | undefined, flags: Flags) => {
      const sets = await chosenSets(name, flags);
      if (flags.offsite === true) {
        const kept = sets.filter(({ settings }) => name !== undefined || settings.offsite !== undefined);
        if (kept.length === 0) throw usageError("No set of the config has a bucket (offsite).");
        for (const chosen of kept) await listOffsite(chosen, terminal, flags.json);
        return;
      }
      const texts: string[] = [];
      for (const { name: set, store } of sets) {
        const [backups, status] = [await listBackups(store, set), await backupStatus(store, set)];
        if (flags.json === true) terminal.out(JSON.stringify(listed(set, store.folder, backups, status)));
        else texts.push(listText(set, store.folder, backups, status));
      }
      if (flags.json !== true) terminal.out(texts.join("\n\n"));
    });
  addExamples(addSetOptions(verb), [
    ["mcp-ops backup list", "every set"],
    ["mcp-ops backup list desktop --offsite", "what is in the bucket of one"],
    ["mcp-ops backup list desktop --json | jq -r '.backups[-1].id'", "the newest of one"],
  ]);
};

function listed(
  set: string,
  folder: string,
  backups: readonly BackupInfo[],
  { lastAttempt, lastRestore }: BackupStatus,
) {
  return {
    set,
    folder,
    lastAttempt: lastAttempt ?? null,
    lastRestore: lastRestore ?? null,
    backups: backups.map(({ ref, atMs, result, files, bytes, verifiedAtMs }) => ({
      id: ref.id,
      at: new Date(atMs).toISOString(),
      result,
      files,
      archiveBytes: bytes,
      verifiedAt: verifiedAtMs === undefined ? null : new Date(verifiedAtMs).toISOString(),
    })),
  };
}

const COLUMNS = [
  { title: "backup" },
  { title: "made (UTC)" },
  { title: "result" },
  { title: "files", right: true },
  { title: "stored", right: true },
  { title: "verified (UTC)" },
];

function listText(
  set: string,
  folder: string,
  backups: readonly BackupInfo[],
  { lastAttempt, retainedBytes }: BackupStatus,
): string {
  const rows = backups.map(({ ref, atMs, result, files, bytes, verifiedAtMs }) => [
    ref.id,
    timeText(atMs),
    result,
    `${files}`,
    sizeText(bytes),
    verifiedAtMs === undefined ? "never" : timeText(verifiedAtMs),
  ]);
  const title = `${set}: ${backups.length === 0 ? "no backup" : `${counted(backups.length, "backup")}, ${sizeText(retainedBytes)}`}, in ${folder}`;
  const { at = "", result, code } = lastAttempt ?? {};
  const last =
    result === "failed"
      ? [`The last attempt failed at ${timeText(Date.parse(at))}${code === undefined ? "" : ` (${code})`}.`]
      : [];
  return [title, ...(rows.length === 0 ? [] : [textTable(COLUMNS, rows)]), ...last].join("\n");
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}
