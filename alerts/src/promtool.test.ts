import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { checkRules, isMissing, promtool } from "../testing/promtool.ts";
import { RULES, TESTS, testFiles } from "../testing/rule-tests.ts";
import { type RuleFileOptions, ruleFiles } from "./rule-files.ts";

const succeeded = { status: 0, said: expect.stringContaining("SUCCESS") };

describe.skipIf(isMissing)("promtool", () => {
  test.each(readdirSync(RULES))("A1: accepts the rules of %s", (name) => {
    expect(promtool("check", "rules", fileURLToPath(new URL(name, RULES)))).toEqual(succeeded);
  });

  // Some look back for days.
  test.each(testFiles())(
    "A1: sees each alert of %s fire when it shall and stay silent when it shall",
    (name) => {
      expect(promtool("test", "rules", fileURLToPath(new URL(name, TESTS)))).toEqual(succeeded);
    },
    120_000,
  );

  test.each<[string, RuleFileOptions]>([
    ["with other thresholds", { set: { serverErrorRatio: 0.000_000_1, memoryBytes: 5e12 } }],
    ["with more labels kept apart", { keep: ["job", "namespace", "cluster"] }],
    ["a hundred times sooner", { drill: 100 }],
    ["with runbooks elsewhere", { runbooks: "https://wiki.example.org/it's: #1" }],
  ])("accepts them %s", (_, options) => {
    expect(checkRules(ruleFiles(options))).toEqual(succeeded);
  });
});
