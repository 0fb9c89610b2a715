import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { mcpOps } from "./command.ts";

const isMissing = spawnSync("promtool", ["--version"]).error !== undefined;
if (isMissing) console.log("The rules of mcp-ops slo rules are not checked. Install prometheus.");

let folder: string;
let config: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slo-rules-"));
  config = join(folder, "mcp-ops.yaml");
  return () => rmSync(folder, { recursive: true });
});

it("makes rules of the objectives in the config, and says which alerts an objective is too low for", async () => {
  writeFileSync(
    config,
    `slo:
  objectives:
    desk-up: { server: desk, kind: availability, objective: 0.999 }
    desk-fast: { server: desk, kind: latency, thresholdMs: 350, objective: 0.9, window: 28d }
`,
  );
  const out = join(folder, "slo.yaml");
  const said = await mcpOps(["slo", "rules", "--config", config, "--out", out, "--runbooks", "https://wiki.example"]);
  expect(said).toMatchObject({ code: 0, stdout: "" });
  expect(said.stderr).toContain("desk-fast: no alert over 1h and 5m, which comes from 13.44 on.");
  const text = readFileSync(out, "utf8");
  expect(text.match(/(?<=- alert: )\w+/g)).toEqual([
    ...["McpSloBurnsFast", "McpSloBurnsSlowly", "McpSloBurnsFast", "McpSloBurnsSlowly"],
    ...["McpSloMissed", "McpSloFewEventsAllBad"],
  ]);
  expect(text).toContain("runbook_url: https://wiki.example/McpSloBurnsFast.md");
  if (!isMissing) expect(execFileSync("promtool", ["check", "rules", out], { encoding: "utf8" })).toContain("SUCCESS");
});

it("says so where nothing is promised, and makes rules that can be loaded all the same", async () => {
  writeFileSync(config, "{}\n");
  const { code, stdout, stderr } = await mcpOps(["slo", "rules", "--config", config, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(stdout)).toMatchObject({
    groups: [{ name: "mcp-slo" }],
    notes: [expect.stringContaining("Nothing is promised")],
  });
});
