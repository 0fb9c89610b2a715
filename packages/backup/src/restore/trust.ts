import type { OpsError } from "@mcp-ops/formats";
import { standing } from "../chain/chain.ts";
import { backupError } from "../errors.ts";
import { openSignKey, publicKeyOf } from "../manifest/keys.ts";
import type { Loaded } from "../manifest/load.ts";
import type { BackupSet } from "../set.ts";
import type { BackupStore } from "../store/store.ts";
import type { BackupRef, BackupTarget } from "../targets/target.ts";

/** Public keys, SPKI in base64. */
export interface Trust {
  readonly keys: readonly string[];
}

/** This machine's key and those the set's configuration names. */
export function trustOf(set: BackupSet): Trust {
  const own = set.signKeyFile === undefined ? [] : [publicKeyOf(openSignKey(set.signKeyFile))];
  return { keys: [...own, ...(set.trustedKeys ?? [])] };
}

/** @throws BACKUP_NOT_TRUSTED */
export function signedBy(ref: BackupRef, signer: string | undefined, { keys }: Trust): void {
  if (signer === undefined) throw refused(ref, "it is not signed", UNSIGNED);
  if (!keys.includes(signer)) throw refused(ref, `its signer ${signer} is not known here`);
}

/**
 * MCP configurations hold commands, so whoever can make us restore can make us run. With a key configured, only its signature
 * counts. Without one, only what the store's own history says was made here.
 * @throws BACKUP_NOT_TRUSTED
 */
export async function checkTrust(
  store: BackupStore,
  set: BackupSet,
  from: BackupTarget,
  ref: BackupRef,
  { signer, sha256 }: Loaded,
): Promise<void> {
  const trust = trustOf(set);
  if (trust.keys.length > 0) return signedBy(ref, signer, trust);
  if (from !== store.target) throw refused(ref, "it does not come from this machine, and no key is configured");
  const made = standing(await store.chain(ref.set)).find(({ id }) => id === ref.id);
  if (made?.manifest !== sha256) throw refused(ref, "this machine's history does not know it");
}

const KNOWN = "If you know who made it, add that key to `trustedKeys` of the set.";
const UNSIGNED =
  "Take one that is signed. If it was made here before the set had a key, and nobody else can write where it lies, take the key out of the configuration for this one restore.";

function refused({ set, id }: BackupRef, why: string, fix: string = KNOWN): OpsError {
  return backupError(
    "BACKUP_NOT_TRUSTED",
    `The backup ${set}/${id} is not used: ${why}. A configuration holds commands that would be run. ${fix}`,
  );
}
