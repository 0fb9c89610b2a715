import { Decrypter, Encrypter } from "age-encryption";
import { backupError, reasonOf } from "../errors.ts";
import { damaged } from "./header.ts";

/** age (C2SP, age-encryption.org/v1), streamed. The age command line reads it. */
export async function encrypt(
  bytes: AsyncIterable<Uint8Array>,
  recipients: readonly string[],
): Promise<AsyncIterable<Uint8Array>> {
  const encrypter = new Encrypter();
  try {
    for (const recipient of recipients) encrypter.addRecipient(recipient);
  } catch (error) {
    throw backupError("BACKUP_SET_INVALID", "A recipient of the set is none of age's. Write it like age1….", error);
  }
  return encrypter.encrypt(ReadableStream.from(bytes) as ReadableStream<Uint8Array>);
}

/** Whether a text is a recipient of age, its checksum included. */
export function isRecipient(text: string): boolean {
  try {
    new Encrypter().addRecipient(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param identities `AGE-SECRET-KEY-1…`
 * @throws BACKUP_IDENTITY_NEEDED when none of them opens it; BACKUP_ARCHIVE_DAMAGED, also while it is read.
 */
export async function* decrypt(
  bytes: AsyncIterable<Uint8Array>,
  identities: readonly string[],
): AsyncGenerator<Uint8Array> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  let reader: Step = "header";
  try {
    if (identities.length === 0) throw new Error("no identity");
    const plain = await decrypter.decrypt(ReadableStream.from(bytes) as ReadableStream<Uint8Array>);
    reader = "content";
    yield* plain;
  } catch (error) {
    throw explained(error, reader);
  }
}

type Step = "header" | "content";

function explained(error: unknown, step: Step): unknown {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code !== undefined) return error;
  if (step === "header" && /identity/i.test(String(message))) {
    return backupError(
      "BACKUP_IDENTITY_NEEDED",
      "The archive is encrypted, and no age identity given here opens it. Give the one that belongs to a recipient of the set (`AGE-SECRET-KEY-1…`).",
      error,
    );
  }
  return damaged(`it cannot be decrypted (${reasonOf(error)})`, error);
}
