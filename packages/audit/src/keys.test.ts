import { createPublicKey, verify } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openPseudonymKey, openSigningKey } from "./keys.ts";
import { pseudonym } from "./record.ts";

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "mcp-ops-keys-"));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

test("a missing key is made, for its owner alone, and its public half written beside it", () => {
  const file = join(folder(), "deep", "audit.key");
  const { sign, publicKey } = openSigningKey(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const bytes = Buffer.from("record");
  const beside = createPublicKey(readFileSync(`${file}.pub`, "utf8"));
  expect(verify(null, bytes, beside, Buffer.from(sign(bytes), "base64"))).toBe(true);
  expect(openSigningKey(file).publicKey).toBe(publicKey);
});

test("where the public half cannot be written, as beside a read-only secret, the key signs all the same", () => {
  const file = join(folder(), "audit.key");
  const { publicKey } = openSigningKey(file);
  rmSync(`${file}.pub`);
  mkdirSync(`${file}.pub`);
  expect(openSigningKey(file).publicKey).toBe(publicKey);
});

test("a key that others can read is refused, with the command that helps", () => {
  const file = join(folder(), "audit.key");
  openSigningKey(file);
  chmodSync(file, 0o640);
  expect(() => openSigningKey(file)).toThrow(`chmod 600 ${file}`);
});

test("a file that is no key is refused", () => {
  const file = join(folder(), "audit.key");
  writeFileSync(file, "hello", { mode: 0o600 });
  expect(() => openSigningKey(file)).toThrow(/does not hold an Ed25519/);
  expect(() => openPseudonymKey(file)).toThrow(/does not hold 32 random bytes/);
});

test("with one key a person has one pseudonym; without the key nobody can find it again", () => {
  const key = openPseudonymKey(join(folder(), "persons.key"));
  expect(pseudonym(key, "joe")).toBe(pseudonym(key, "joe"));
  expect(pseudonym(key, "joe")).not.toBe(pseudonym(openPseudonymKey(join(folder(), "persons.key")), "joe"));
});
