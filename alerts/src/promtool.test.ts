import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { RULES, TESTS, testFiles } from "../testing/rule-tests.ts";
import { type RuleFileOptions, ruleFiles } from "./rule-files.ts";

const isMissing = spawnSync("promtool", ["--version"]).error !== undefined;
if (isMissing) console.log("promtool is missing, so the alerts are not tried. Install the Debian package prometheus.");

function promtool(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync("promtool", args, { encoding: "utf8" });
  return { status, said: stdout + stderr };
}

const succeeded = { status: 0, said: expect.stringContaining("SUCCESS") };

describe.skipIf(isMissing)("promtool", () => {
  test.each(readdirSync(RULES))("A1: accepts the rules of %s", (name) => {
    expect(promtool("check", "rules", fileURLToPath(new URL(name, RULES)))).toEqual(succeeded);
  });

  test.each(testFiles())("A1: sees each alert of %s fire when it shall and stay silent when it shall", (name) => {
    expect(promtool("test", "rules", fileURLToPath(new URL(name, TESTS)))).toEqual(succeeded);
  });

  test.each<[string, RuleFileOptions]>([
    ["with other thresholds", { set: { serverErrorRatio: 0.000_000_1, memoryBytes: 5e12 } }],
    ["with more labels kept apart", { keep: ["job", "namespace", "cluster"] }],
    ["a hundred times sooner", { drill: 100 }],
    ["with runbooks elsewhere", { runbooks: "https://wiki.example.org/it's: #1" }],
  ])("accepts them %s", (_, options) => {
    const folder = mkdtempSync(join(tmpdir(), "mcp-ops-alerts-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const files = ruleFiles(options).map(({ name, text }) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    });
    expect(promtool("check", "rules", ...files)).toEqual(succeeded);
  });
});
