import { type BackupInfo, type BackupRef, FUTURE_TOLERANCE_MS, isBackupId, listBackups } from "@mcp-ops/backup";
import { OpsError } from "@mcp-ops/formats";
import { usageError } from "../../complaint.ts";
import { DEFAULT_CONFIG } from "../sidecar.ts";
import type { ChosenSet, SetFlags } from "./sets.ts";

/** The newest one that is complete and was read in full. */
export const LATEST_GOOD = "latest-good";
/** What is on the disk now, for `diff`. */
export const DISK = "disk";

/** `[set] [backup] [backup]`, of which the set may be left out where there is only one. */
export function setAndBackups(...given: readonly (string | undefined)[]): {
  readonly name: string | undefined;
  readonly backups: readonly string[];
} {
  const words = given.filter((word) => word !== undefined);
  const [first, ...others] = words;
  const { name, backups } =
    first === undefined || isBackupWord(first) ? { name: undefined, backups: words } : { name: first, backups: others };
  const strange = backups.find((word) => !isBackupWord(word));
  if (strange === undefined) return { name, backups };
  throw usageError(`${strange} is no backup. Give an id as mcp-ops backup list shows it, or ${LATEST_GOOD}.`);
}

function isBackupWord(word: string): boolean {
  return word === LATEST_GOOD || word === DISK || isBackupId(word);
}

/** @throws BACKUP_NOT_FOUND when there is no good one */
export async function backupNamed({ name, store }: ChosenSet, word: string = LATEST_GOOD): Promise<BackupRef> {
  if (word === DISK) throw usageError(`${DISK} is no backup. Give it as the second one of mcp-ops backup diff.`);
  if (word !== LATEST_GOOD) return { set: name, id: word };
  const good = (await listBackups(store, name)).findLast(isGood);
  if (good !== undefined) return good.ref;
  throw new OpsError(
    "BACKUP_NOT_FOUND",
    `The set ${name} has no complete backup that was read again. mcp-ops backup list shows what there is; give one by its id.`,
  );
}

/** One from the future says nothing about how new it is. */
export function isGood({ result, verifiedAtMs, atMs }: BackupInfo): boolean {
  return result === "complete" && verifiedAtMs !== undefined && atMs <= Date.now() + FUTURE_TOLERANCE_MS;
}

/** The command that puts a backup back, asked from here with the same options. */
export function restoreCommand({ set, id }: BackupRef, flags: SetFlags): string {
  return ["mcp-ops backup restore", set, id, "--yes", ...whereFlags(flags)].join(" ");
}

function whereFlags({ config, env, setPath, folder }: SetFlags): readonly string[] {
  if (setPath !== undefined) return ["--folder", quoted(folder ?? ""), "--set-path", ...setPath.map(quoted)];
  const given = config === DEFAULT_CONFIG ? [] : ["--config", quoted(config)];
  return env === undefined ? given : [...given, "--env", quoted(env)];
}

/** As a POSIX shell reads it. */
function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
