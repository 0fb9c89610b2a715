import { damaged } from "../archive/header.ts";
import { loadManifest, opener } from "../manifest/load.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { OnProgress } from "../progress.ts";
import { signedBy, type Trust } from "../restore/trust.ts";
import type { BackupRef, BackupTarget } from "../targets/target.ts";
import { readBack } from "./read-back.ts";

export interface VerifyOptions {
  /** Read every byte. Without it: manifest, seal, size of the archive, chain. */
  readonly readData?: boolean;
  /** Demand a signature by this machine's key or a trusted one. */
  readonly signature?: Trust;
  /** `AGE-SECRET-KEY-1…`: also look inside an encrypted archive. */
  readonly identities?: readonly string[];
  readonly onProgress?: OnProgress;
}

export interface Verdict {
  readonly ref: BackupRef;
  readonly isSound: boolean;
  /** Codes of `BACKUP_*` errors with their messages; empty when it is sound. */
  readonly findings: readonly { readonly code: string; readonly message: string }[];
  readonly manifest: Manifest | undefined;
  /** Who signed it: a public key in base64; undefined when nobody did. */
  readonly signer: string | undefined;
}

/** Checks one backup. It never throws for what it finds. */
export async function verifyBackup(
  target: BackupTarget,
  ref: BackupRef,
  options: VerifyOptions = {},
): Promise<Verdict> {
  const open = opener(target, ref);
  try {
    const { manifest, signer } = await (options.readData === true
      ? readBack(open, ref, options.onProgress, options.identities)
      : loadManifest(open, ref));
    if (options.signature !== undefined) signedBy(ref, signer, options.signature);
    if (options.readData !== true) await expectSize(target, ref, manifest);
    return { ref, isSound: true, findings: [], manifest, signer };
  } catch (error) {
    const { code = "UNKNOWN", message } = error as { code?: string; message: string };
    return { ref, isSound: false, findings: [{ code, message }], manifest: undefined, signer: undefined };
  }
}

async function expectSize(target: BackupTarget, ref: BackupRef, { archive }: Manifest): Promise<void> {
  const bytes = await target.size(ref, archive.file);
  if (bytes !== archive.bytes) throw damaged(`it has ${bytes} bytes instead of ${archive.bytes}`);
}
