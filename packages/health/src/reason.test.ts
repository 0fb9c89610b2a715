import { expect, it } from "vitest";
import { presentable, reasonOf } from "./reason.ts";

it("says in plain words what Node says in codes, without the address", () => {
  const error = Object.assign(new Error("connect ECONNREFUSED 10.1.2.3:5432"), { code: "ECONNREFUSED" });
  expect(reasonOf(error)).toBe("connection refused");
  expect(reasonOf(Object.assign(new AggregateError([error]), {}))).toBe("connection refused");
});

it("never repeats a secret, neither one it was told of nor one that looks like it", () => {
  const text = `cannot reach postgres://app:hunter2secret@db/x with key s3cr3t-value, password=letmein99`;
  const shown = reasonOf(new Error(text), ["s3cr3t-value"]);
  for (const secret of ["hunter2secret", "s3cr3t-value", "letmein99"]) expect(shown).not.toContain(secret);
});

it("is one line of limited length, whoever wrote it", () => {
  const shown = presentable(`first\r\nsecond\u001b[31m ${"x".repeat(10_000)}`);
  expect(shown).toMatch(/^first second \[31m x/);
  expect(shown).toHaveLength(200);
});
