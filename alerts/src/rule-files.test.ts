import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ruleFiles } from "./rule-files.ts";

const RULES = new URL("../rules/", import.meta.url);

test("A4: the rule files are what the sources say (else: npm run generate in alerts)", () => {
  const files = readdirSync(RULES).map((name) => ({ name, text: readFileSync(new URL(name, RULES), "utf8") }));
  expect(files).toEqual(ruleFiles().toSorted((a, b) => (a.name < b.name ? -1 : 1)));
});
