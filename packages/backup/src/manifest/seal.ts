import { createPublicKey, hash, type KeyObject, sign, verify } from "node:crypto";
import { z } from "zod";
import { backupError } from "../errors.ts";
import { publicKeyOf } from "./keys.ts";

/**
 * Lies beside the manifest. The checksum finds rot; only the signature finds tampering, since whoever can change a manifest can
 * change a checksum beside it.
 */
export interface Seal {
  /** Of the bytes of the manifest. */
  readonly sha256: string;
  /** SPKI in base64. */
  readonly publicKey?: string | undefined;
  /** Ed25519 over the bytes of the manifest, in base64. */
  readonly signature?: string | undefined;
}

const seal: z.ZodType<Seal> = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  publicKey: z.base64().max(200).optional(),
  signature: z.base64().max(200).optional(),
});

export function sealOf(manifest: Uint8Array, key?: KeyObject): Seal {
  const sha256 = hash("sha256", manifest, "hex");
  if (key === undefined) return { sha256 };
  return { sha256, publicKey: publicKeyOf(key), signature: sign(null, manifest, key).toString("base64") };
}

/** The signer's public key; undefined when nobody signed. */
export type Signer = string | undefined;

/** @throws BACKUP_MANIFEST_INVALID when the manifest is not the one that was sealed. */
export function checkSeal(manifest: Uint8Array, sealText: string): Signer {
  const { sha256, publicKey, signature } = parseSeal(sealText);
  if (hash("sha256", manifest, "hex") !== sha256) throw broken("its checksum is another");
  if (publicKey === undefined && signature === undefined) return undefined;
  if (publicKey === undefined || signature === undefined || !isSigned(manifest, publicKey, signature)) {
    throw broken("its signature is wrong");
  }
  return publicKey;
}

function isSigned(manifest: Uint8Array, publicKey: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, "base64"), format: "der", type: "spki" });
    const bytes = Buffer.from(signature, "base64");
    // Base 64 has spare bits; a flip there is a flip too.
    const isAsWritten = publicKeyOf(key) === publicKey && bytes.toString("base64") === signature;
    return isAsWritten && key.asymmetricKeyType === "ed25519" && verify(null, manifest, key, bytes);
  } catch {
    return false;
  }
}

function parseSeal(text: string): Seal {
  try {
    return seal.parse(JSON.parse(text));
  } catch (error) {
    throw broken("the seal beside it cannot be read", error);
  }
}

function broken(what: string, cause?: unknown) {
  return backupError(
    "BACKUP_MANIFEST_INVALID",
    `The manifest is not the one that was written: ${what}. Use another backup; \`verify\` shows which are sound.`,
    cause,
  );
}
