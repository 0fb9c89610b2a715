import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { backupError } from "../errors.ts";

/**
 * This machine's Ed25519 key, made when it is not there.
 * @throws BACKUP_KEY_UNSAFE, BACKUP_KEY_INVALID
 */
export function openSignKey(file: string): KeyObject {
  try {
    return readKey(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  makeKey(file);
  return readKey(file);
}

/** SPKI in base64: what `trustedKeys` of another machine lists. */
export function publicKeyOf(key: KeyObject): string {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return publicKey.export({ type: "spki", format: "der" }).toString("base64");
}

/** Made in full under another name first, so that of two processes that start at once neither reads half a key. */
function makeKey(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
  writeFileSync(draft, pem, { mode: 0o600, flag: "wx" });
  try {
    chmodSync(draft, 0o600);
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    unlinkSync(draft);
  }
}

function readKey(file: string): KeyObject {
  const pem = readFileSync(file, "utf8");
  // Windows has no such modes.
  if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0) {
    throw backupError(
      "BACKUP_KEY_UNSAFE",
      `Others than its owner can reach the key ${file}, so that what it signs proves nothing. Run: chmod 600 ${file}`,
    );
  }
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {}
  throw backupError(
    "BACKUP_KEY_INVALID",
    `${file} does not hold an Ed25519 private key in PEM. Move it away, and the next backup makes a new one.`,
  );
}
