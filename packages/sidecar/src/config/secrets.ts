import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { OpsError } from "@mcp-ops/formats";
import { SIDECAR_ERROR } from "../codes.ts";
import type { SecretReference, TlsSettings } from "./sections.ts";

/** A file that holds one secret. */
const MAX_BYTES = 64 * 1024;
const MIN_TOKEN_CHARS = 16;

/** What a reference leads to. The error names the reference only. */
export function readSecret(
  key: string,
  reference: SecretReference,
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const secret = "env" in reference ? env[reference.env] : readText(key, resolve(folder, reference.file)).trim();
  if (secret) return secret;
  const place = "env" in reference ? `The variable ${reference.env} is` : `The file ${reference.file} is`;
  throw unreadable(`${place} empty or not set, and ${key} needs it. Put the secret there.`);
}

/** A token that cannot be guessed in the time that is left to whoever tries. */
export function readToken(...given: Parameters<typeof readSecret>): string {
  const token = readSecret(...given);
  if (token.length >= MIN_TOKEN_CHARS && /^[\x21-\x7e]+$/.test(token)) return token;
  throw unreadable(
    `The token of ${given[0]} needs at least ${MIN_TOKEN_CHARS} characters, and none but letters, digits and signs. Make one with: openssl rand -hex 32`,
  );
}

/** The texts of the files of a TLS section. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly ca: string | undefined;
}

export function readTls(key: string, tls: TlsSettings, folder: string): TlsFiles {
  const read = (part: "cert" | "key" | "clientCa", path: string) => readText(`${key}.${part}`, resolve(folder, path));
  return {
    cert: read("cert", tls.cert),
    key: read("key", tls.key),
    ca: tls.clientCa === undefined ? undefined : read("clientCa", tls.clientCa),
  };
}

/** A file that the config names, with a secret or a certificate. */
export function readText(key: string, path: string): string {
  try {
    const bytes = readFileSync(path);
    if (bytes.length <= MAX_BYTES) return bytes.toString("utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw unreadable(
      `The file ${path}, which ${key} names, cannot be read (${code}). Give this user the right to read it, or name another.`,
      cause,
    );
  }
  throw unreadable(
    `The file ${path}, which ${key} names, is longer than ${MAX_BYTES} bytes. Name the one with the secret.`,
  );
}

function unreadable(message: string, cause?: unknown): OpsError {
  return new OpsError(SIDECAR_ERROR.secretUnreadable, message, { cause });
}
