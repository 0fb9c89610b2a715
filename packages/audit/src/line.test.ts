import { generateKeyPairSync, hash, sign, verify } from "node:crypto";
import { expect, test } from "vitest";
import { open, seal } from "./line.ts";

const bytesOf = (line: string) => Buffer.from(line.slice(0, -1));

test("the hash of a line is that of its bytes without the hash", () => {
  const { line, hash: sealed } = seal({ v: 1, text: 'ü "hash":"' });
  expect(line.endsWith(`,"hash":"${sealed}"}\n`)).toBe(true);
  expect(hash("sha256", Buffer.from(`${line.slice(0, -76)}}`), "hex")).toBe(sealed);
  expect(open(bytesOf(line))).toMatchObject({ stated: sealed, actual: sealed, signature: undefined });
});

test("a signature covers everything before it", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const { line } = seal({ v: 1, n: 2 }, (bytes) => sign(null, bytes, privateKey).toString("base64"));
  const opened = open(bytesOf(line));
  expect(opened?.actual).toBe(opened?.stated);
  expect(Buffer.from(opened?.signature?.over ?? []).toString()).toBe('{"v":1,"n":2}');
  const value = Buffer.from(opened?.signature?.value ?? "", "base64");
  expect(verify(null, opened?.signature?.over as Uint8Array, publicKey, value)).toBe(true);
});

test("what a client writes into a record cannot pass for its hash or signature", () => {
  const forged = `","signature":"${"A".repeat(86)}==","hash":"${"0".repeat(64)}"}`;
  const { line, hash: sealed } = seal({ v: 1, target: forged });
  expect(open(bytesOf(line))).toMatchObject({ stated: sealed, actual: sealed, signature: undefined });
});

test("a line that is no record is not read as one", () => {
  for (const text of ["", "{}", "null", `[],"hash":"${"0".repeat(64)}"}`, seal({ v: 1 }).line.slice(1, -1)]) {
    expect(open(Buffer.from(text))).toBeUndefined();
  }
});
