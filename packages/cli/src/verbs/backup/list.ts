import { type BackupInfo, type BackupStatus, backupStatus, listBackups } from "@mcp-ops/backup";
import { counted } from "../../counted.ts";
import { addExamples } from "../../help.ts";
import { sizeText } from "../../size-text.ts";
import { textTable } from "../../text-table.ts";
import type { Verb } from "../../verb.ts";
import { addSetOptions, chosenSets, type SetFlags } from "./sets.ts";

export const addList: Verb = (group, terminal) => {
  const verb = group
    .command("list")
    .description("Show the backups there are, the newest last.")
    .argument("[set]", "its name (default: every set)")
    .action(async (name: string | undefined, flags: SetFlags) => {
      const texts: string[] = [];
      for (const { name: set, store } of await chosenSets(name, flags)) {
        const [backups, status] = [await listBackups(store, set), await backupStatus(store, set)];
        if (flags.json === true) terminal.out(JSON.stringify(listed(set, store.folder, backups, status)));
        else texts.push(listText(set, store.folder, backups, status));
      }
      if (flags.json !== true) terminal.out(texts.join("\n\n"));
    });
  addExamples(addSetOptions(verb), [
    ["mcp-ops backup list", "every set"],
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
