import { type BackupInfo, FUTURE_TOLERANCE_MS, timeOfId } from "@mcp-ops/backup";

/** What a bucket is to get, and what somebody should look at in it. */
export interface Outgoing {
  /** Ids, oldest first. */
  readonly ids: readonly string[];
  /** In the bucket, and not from here. */
  readonly strangers: readonly string[];
  /** In the bucket, and from a time that has not come. */
  readonly future: readonly string[];
}

/**
 * What is newer than the newest copy goes, and is not there yet; what somebody has removed there does not come again. Only what was made
 * here says which copy that is: whoever may write to the bucket could name one that nothing will ever be newer than.
 * @param here the backups there are
 * @param known ids of all that were ever made here
 * @param there ids in the bucket
 * @param nowMs since 1970
 */
export function outgoing(
  here: readonly Pick<BackupInfo, "ref" | "result">[],
  known: ReadonlySet<string>,
  there: readonly string[],
  nowMs: number,
): Outgoing {
  const isFuture = (id: string) => timeOfId(id) > nowMs + FUTURE_TOLERANCE_MS;
  const copies = there.filter((id) => known.has(id) && !isFuture(id));
  const newest = copies.toSorted().at(-1) ?? "";
  const wanted = here.filter(({ ref: { id }, result }) => result === "complete" && id > newest && !there.includes(id));
  return {
    ids: wanted.map(({ ref }) => ref.id),
    strangers: there.filter((id) => !known.has(id) && !isFuture(id)),
    future: there.filter(isFuture),
  };
}
