import { type BackupRef, isBackupId, lastGoodBackup } from "@mcp-ops/backup";
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
  const good = await lastGoodBackup(store, name);
  if (good !== undefined) return good;
  throw new OpsError(
    "BACKUP_NOT_FOUND",
    `The set ${name} has no complete backup that was read again. mcp-ops backup list shows what there is; give one by its id.`,
  );
}

/** The options that say where sets and backups are, for a command that is asked from here. */
export function whereFlags({ config, env, setPath, folder }: SetFlags): readonly string[] {
  const backups = folder === undefined ? [] : ["--folder", folder];
  if (setPath !== undefined) return [...backups, "--set-path", ...setPath];
  const given = config === DEFAULT_CONFIG ? [] : ["--config", config];
  return [...given, ...(env === undefined ? [] : ["--env", env]), ...backups];
}
