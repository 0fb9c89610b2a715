import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { mcpOps } from "./command.ts";

const SHIPPED = new URL("../../dashboards/", import.meta.url);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mcp-ops-dashboards-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("writes every dashboard, as it is shipped, into a folder that it makes", async () => {
  const out = join(folder, "grafana", "mcp");
  const { code, stdout } = await mcpOps(["dashboards", "export", "--out", out]);
  expect({ code, last: stdout.trim().split("\n").at(-1) }).toEqual({
    code: 0,
    last: `9 dashboards in ${out}. How Grafana gets them: docs/dashboards.md.`,
  });
  for (const name of readdirSync(out))
    expect(readFileSync(join(out, name), "utf8")).toBe(readFileSync(new URL(name, SHIPPED), "utf8"));
});

it("writes some of them, with a link to the runbooks, and says so as JSON", async () => {
  const asked = ["--only", "slo", "tool", "--runbooks", "https://wiki.example/runbooks", "--json"];
  const { code, stdout } = await mcpOps(["dashboards", "export", "--out", folder, ...asked]);
  expect(code).toBe(0);
  const state = "written";
  expect(JSON.parse(stdout)).toEqual({
    folder,
    dashboards: [
      { name: "tool", uid: "mcp-ops-tool", title: "MCP / Tool", file: "tool.json", state },
      { name: "slo", uid: "mcp-ops-slo", title: "MCP / SLO", file: "slo.json", state },
    ],
  });
  expect(readFileSync(join(folder, "slo.json"), "utf8")).toContain('"https://wiki.example/runbooks"');
});

it("leaves what somebody has changed, and with it all the others, until it is told to replace it", async () => {
  const changed = join(folder, "slo.json");
  writeFileSync(changed, "mine");
  const refused = await mcpOps(["dashboards", "export", "--out", folder]);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toContain(`${changed}. Give --force to replace them, or --out another folder.`);
  expect(readdirSync(folder)).toEqual(["slo.json"]);
  const forced = await mcpOps(["dashboards", "export", "--out", folder, "--force"]);
  expect(forced.stdout).toMatch(/slo\.json +replaced/);
  const again = await mcpOps(["dashboards", "export", "--out", folder]);
  expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/slo\.json +same/) });
});

it("names the dashboards there are, when it is asked for another", async () => {
  const { code, stderr } = await mcpOps(["dashboards", "export", "--out", folder, "--only", "servers"]);
  expect(code).toBe(2);
  expect(stderr).toContain("There is no dashboard 'servers'. Take of: overview, server, tool,");
});
