import { expect, test } from "vitest";
import { jsonKeyChanges } from "./json-keys.ts";

test("keys are compared in configurations with comments and trailing commas too, and no value is told", () => {
  const before = '{ // of mine\n "servers": { "a": { "env": { "TOKEN": "canary-1" } }, "b": {}, }, }';
  const after = '{ "servers": { "a": { "env": { "TOKEN": "canary-2" } }, "c d": {} } }';
  expect(jsonKeyChanges(before, after)).toEqual({
    added: ['servers."c d"'],
    removed: ["servers.b"],
    changed: ["servers.a.env.TOKEN"],
  });
});

test("what is no JSON, or nested beyond all sense, has no keys to compare", () => {
  expect(jsonKeyChanges("{", "{}")).toBeUndefined();
  expect(jsonKeyChanges("{}", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`)).toBeUndefined();
});
