import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { standing } from "../chain/chain.ts";
import type { BackupErrorCode } from "../errors.ts";
import { forgetVerified, markVerified } from "../store/state.ts";
import type { BackupStore } from "../store/store.ts";
import { MANIFEST_FILE } from "../targets/target.ts";
import { type Verdict, type VerifyOptions, verifyBackup } from "./verify-backup.ts";

export interface SetVerdict {
  readonly isSound: boolean;
  readonly backups: readonly Verdict[];
  /** Where the folder and its history disagree. */
  readonly history: readonly HistoryFinding[];
}

export interface HistoryFinding {
  /** `lost`: in the chain, not there. `foreign`: there, not in the chain. `replaced`: its manifest is another. */
  readonly kind: "lost" | "foreign" | "replaced";
  readonly what: string;
}

/** Checks every backup of a set in the store, and the store's history. Only a backup that was read in full counts as verified. */
export async function verifySet(store: BackupStore, set: string, options: VerifyOptions = {}): Promise<SetVerdict> {
  return store.locked(set, async () => {
    const backups: Verdict[] = [];
    for await (const ref of store.target.list(set)) {
      const verdict = await verifyBackup(store.target, ref, options);
      if (verdict.isSound && options.readData === true) await markVerified(store, set, ref.id, new Date());
      if (verdict.findings.some(({ code }) => DAMAGE.has(code))) await forgetVerified(store, set, ref.id);
      backups.push(verdict);
    }
    const history = await compare(store, set, new Set(backups.map(({ ref }) => ref.id)));
    return { isSound: history.length === 0 && backups.every(({ isSound }) => isSound), backups, history };
  });
}

/** What says that the bytes are not those that were written; a missing key or right says nothing of them. */
const DAMAGE: ReadonlySet<string> = new Set<BackupErrorCode>([
  "BACKUP_MANIFEST_INVALID",
  "BACKUP_ARCHIVE_DAMAGED",
  "BACKUP_ARCHIVE_HOSTILE",
  "BACKUP_NOT_FOUND",
]);

async function compare(store: BackupStore, set: string, there: ReadonlySet<string>): Promise<HistoryFinding[]> {
  const made = new Map(standing(await store.chain(set)).map((event) => [event.id, event.manifest]));
  const findings: HistoryFinding[] = [];
  for (const [id, manifest] of made) {
    if (!there.has(id)) findings.push({ kind: "lost", what: id });
    else if ((await hashOfManifest(store, set, id)) !== manifest) findings.push({ kind: "replaced", what: id });
  }
  for (const id of there) if (!made.has(id)) findings.push({ kind: "foreign", what: id });
  return findings;
}

async function hashOfManifest(store: BackupStore, set: string, id: string): Promise<string> {
  return hash("sha256", await readFile(join(store.target.folderOf({ set, id }), MANIFEST_FILE)), "hex");
}
