import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { auditError } from "./errors.ts";
import type { Sign } from "./line.ts";

export interface SigningKey {
  readonly sign: Sign;
  /** SPKI in base64. */
  readonly publicKey: string;
}

/** Reads the Ed25519 key, or makes one; its public half is written beside it as `<keyFile>.pub` where that can be written. */
export function openSigningKey(keyFile: string): SigningKey {
  const pem = readOrCreate(keyFile, () =>
    generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }),
  );
  const privateKey = readPrivateKey(pem, keyFile);
  const publicKey = createPublicKey(privateKey);
  const publicPem = String(publicKey.export({ type: "spki", format: "pem" }));
  offerPublicKey(`${keyFile}.pub`, publicPem);
  return {
    sign: (bytes) => sign(null, bytes, privateKey).toString("base64"),
    publicKey: spkiOf(publicKey),
  };
}

/** A convenience for whoever verifies: a key in a read-only secret goes without, and signs all the same. */
function offerPublicKey(file: string, pem: string): void {
  try {
    if (readIfThere(file) !== pem) writeFileSync(file, pem, { mode: 0o644 });
  } catch {}
}

/** The key of the pseudonyms: who destroys it, erases everybody from every record it was used for. */
export function openPseudonymKey(keyFile: string): Buffer {
  const key = Buffer.from(readOrCreate(keyFile, () => `${randomBytes(32).toString("base64")}\n`).trim(), "base64");
  if (key.length < 32) throw invalid(keyFile, "32 random bytes in base64");
  return key;
}

export function spkiOf(publicKey: KeyObject): string {
  return publicKey.export({ type: "spki", format: "der" }).toString("base64");
}

function readPrivateKey(pem: string, keyFile: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {}
  throw invalid(keyFile, "an Ed25519 private key in PEM");
}

/** Made in full under another name first, so that of two processes that start at once neither reads half a key. */
function readOrCreate(file: string, create: () => string | Buffer): string {
  const there = readIfThere(file);
  if (there !== undefined) return safely(file, there);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  writeFileSync(draft, create(), { mode: 0o600, flag: "wx" });
  try {
    chmodSync(draft, 0o600);
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    unlinkSync(draft);
  }
  return safely(file, readFileSync(file, "utf8"));
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Windows has no such modes. */
function safely(file: string, text: string): string {
  if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0) {
    throw auditError(
      "AUDIT_KEY_UNSAFE",
      `Others than its owner can reach the key ${file}, so that what it signs proves nothing. Run: chmod 600 ${file}`,
    );
  }
  return text;
}

function invalid(file: string, expected: string) {
  return auditError(
    "AUDIT_KEY_INVALID",
    `${file} does not hold ${expected}. Move it away, and the next start makes a new one.`,
  );
}
