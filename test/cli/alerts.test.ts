import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import { mcpOps } from "./command.ts";

const RULES = new URL("../../alerts/rules/", import.meta.url);
/** What the command runs, without the shell that looks for Node. */
const SCRIPT = fileURLToPath(new URL("../../packages/cli/bin/mcp-ops.js", import.meta.url));
const isMissing = spawnSync("promtool", ["--version"]).error !== undefined;
if (isMissing) console.log("promtool is missing, so a test is skipped. Install the Debian package prometheus.");

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mcp-ops-cli-alerts-"));
  return () => rmSync(folder, { recursive: true });
});

it("writes the rules that lie in alerts/rules, a file for each concern, and says where", async () => {
  const { code, stdout } = await mcpOps(["alerts", "render", "--out", join(folder, "mcp")]);
  expect(code).toBe(0);
  const shipped = readdirSync(RULES);
  expect(stdout.trim().split("\n").toSorted()).toEqual(shipped.map((name) => join(folder, "mcp", name)));
  for (const name of shipped)
    expect(readFileSync(join(folder, "mcp", name), "utf8")).toBe(readFileSync(new URL(name, RULES), "utf8"));
});

it("does not replace a file that somebody changed, unless told to", async () => {
  const own = join(folder, "cost.yaml");
  writeFileSync(own, "groups: []\n");
  const refused = await mcpOps(["alerts", "render", "--out", folder]);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(own) });
  expect(readdirSync(folder)).toEqual(["cost.yaml"]);
  expect(await mcpOps(["alerts", "render", "--out", folder, "--force"])).toMatchObject({ code: 0 });
  expect(readFileSync(own, "utf8")).toBe(readFileSync(new URL("cost.yaml", RULES), "utf8"));
});

it("renders with thresholds, labels and runbooks of one's own", async () => {
  const { code, stdout } = await mcpOps(
    "alerts render --set slowToolSeconds=33 toolFailures=7 --keep namespace cluster --runbooks https://wiki.example/mcp/".split(
      " ",
    ),
  );
  expect(code).toBe(0);
  expect(stdout).toContain('server_target:mcp_request_duration_seconds:p95_5m{method="tools/call"} > 33 and');
  expect(stdout).toContain("33 s are allowed.");
  expect(stdout).toContain("by (job, namespace, cluster, server, target)");
  expect(stdout).toContain("runbook_url: https://wiki.example/mcp/McpToolSlowResponseTime.md");
  expect(stdout).not.toContain("by (job, server");
});

it("renders a drill, in which everything happens so many times sooner", async () => {
  const { stdout } = await mcpOps(["alerts", "render", "--drill", "60"]);
  expect(stdout).toContain("[5s]");
  expect(stdout).not.toContain("[5m]");
  const wrong = await mcpOps(["alerts", "render", "--drill", "0.5"]);
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("from 1 to 100") });
});

it("gives the same groups as JSON", async () => {
  const { stdout } = await mcpOps(["alerts", "render", "--json"]);
  const { groups } = JSON.parse(stdout) as { groups: { name: string; rules: { alert?: string }[] }[] };
  expect(groups.map(({ name }) => `${name.slice("mcp-".length)}.yaml`).toSorted()).toEqual(readdirSync(RULES));
  const down = groups.flatMap(({ rules }) => rules).find(({ alert }) => alert === "McpServerDown");
  expect(down).toMatchObject({ for: "2m", labels: { severity: "critical" } });
});

it.each([
  [
    ["--set", "slowTolSeconds=3"],
    'There is no threshold "slowTolSeconds". Did you mean slowToolSeconds? There are: minCalls,',
  ],
  [["--set", "=3"], 'There is no threshold "". There are: minCalls,'],
  [
    ["--set", "slowToolSeconds"],
    'slowToolSeconds is "", and has to be a number of seconds, 0 or more. Write it as --set slowToolSeconds=10.',
  ],
  [["--set", "slowToolSeconds=soon"], 'slowToolSeconds is "soon", and has to be a number of seconds'],
  [["--set", "slowToolSeconds=-1"], 'slowToolSeconds is "-1", and has to be'],
  [["--set", "serverErrorRatio=5"], 'serverErrorRatio is "5", and has to be a number from 0 to 1.'],
  [["--keep", "name-space"], '"name-space" cannot be the name of a label.'],
])("refuses %j, says what would do, and ends with 2", async (args, words) => {
  const { code, stdout, stderr } = await mcpOps(["alerts", "render", ...args]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(words);
});

describe.skipIf(isMissing)("with promtool", () => {
  it("tries the shipped rules, and leaves copies to go on with", async () => {
    const { code, stdout } = await mcpOps(["alerts", "test", "--json", "--out", folder]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      steps: [
        { step: "check", ok: true },
        { step: "test", ok: true },
      ],
    });
    expect(readdirSync(folder)).toEqual(["rules", "tests"]);
    const own = join(folder, "tests", "cost.yaml");
    writeFileSync(own, "tests: []\n");
    const again = await mcpOps(["alerts", "test", "--out", folder]);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining(own) });
    expect(readFileSync(own, "utf8")).toBe("tests: []\n");
  }, 90_000);
});

it("says what to install where promtool is missing", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, "alerts", "test"], {
    env: { ...process.env, PATH: folder },
    encoding: "utf8",
  });
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain(
    "promtool is not installed, so nothing was tried. It comes with Prometheus: apt-get install prometheus",
  );
});
