import type { BackupTarget } from "@mcp-ops/backup";
import { openOffsite } from "@mcp-ops/sidecar";
import { usageError } from "../../complaint.ts";
import type { ChosenSet } from "./sets.ts";

/** The bucket that the config names for a set. */
export async function bucketOf({ name, set, settings, place }: ChosenSet): Promise<BackupTarget & Disposable> {
  const { offsite } = settings;
  if (name === set.name && offsite !== undefined) return openOffsite(`backup.sets.${name}.offsite`, offsite, place);
  throw usageError(`The set ${name} has no bucket. The config names one as backup.sets.${set.name}.offsite.`);
}

/** Ids of what is there, oldest first. */
export async function idsIn(bucket: BackupTarget, set: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of bucket.list(set)) ids.push(id);
  return ids.sort();
}
